/// The table of named losses.
#pragma once
#include <span>

#include "reszoo/preprocess/target.h"
#include "train/spec_text.h"

namespace reszoo::detail {

/// The values of all losses' keys. A loss only reads its own.
struct LossParameters {
  double label_smoothing = 0;                  ///< LossOptions::label_smoothing, for class losses
  double gamma = 2;                            ///< for focal
  std::optional<double> alpha = std::nullopt;  ///< for focal: weight of class 1 of two; class 0 has 1 - alpha
};

enum class LossOf { numbers, counts, classes };

/// A named loss. `rows` returns the loss of each row, (N), for outputs (N, ...) or, for ensembles of k networks, (N, k,
/// ...).
struct LossRow {
  std::string_view name;
  LossOf of;
  std::vector<Key<LossParameters>> keys;
  Tensor (*rows)(const LossParameters& parameters, const Tensor& outputs, const Tensor& targets);
};

std::span<const LossRow> loss_table();

/// A loss with the values of its keys, as a text like `huber` or `name:key=value` specifies it.
struct NamedLoss {
  const LossRow* row;
  LossParameters parameters = {};

  /// Throws: Error (usage) for an unknown name, a key that the loss does not have, or a value out of its range.
  static NamedLoss parse(std::string_view text);

  /// Returns a text that `parse` accepts.
  std::string text() const;
};

/// Broadcasts the targets (N, ...) to the shape of the outputs, (N, ...) or (N, k, ...).
Tensor broadcast_to_outputs(const Tensor& targets, const Tensor& outputs);

/// Returns the mean of all values of each row, (N).
Tensor mean_of_rows(const Tensor& losses);

/// Returns the mean binary cross-entropy of each row, treating every output independently. Shape: targets (N, C) from 0
/// to 1.
Tensor label_losses(const Tensor& outputs, const Tensor& targets);

}  // namespace reszoo::detail
