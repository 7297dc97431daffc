/// The losses that have a name: one row of one table each.
#pragma once
#include <span>

#include "reszoo/preprocess/target.h"
#include "train/spec_text.h"

namespace reszoo::detail {

/// The values of all losses' keys. A loss reads those that are its own.
struct LossParameters {
  double label_smoothing = 0;                  ///< LossOptions::label_smoothing, of the losses of classes
  double gamma = 2;                            ///< of focal
  std::optional<double> alpha = std::nullopt;  ///< of focal: weight of class 1 of two, 1 - alpha that of class 0
};

enum class LossOf { numbers, counts, classes };

/// A loss. `rows` returns the loss of each row, (N), of outputs (N, ...) or of k networks in one (N, k, ...).
struct LossRow {
  std::string_view name;
  LossOf of;
  std::vector<Key<LossParameters>> keys;
  Tensor (*rows)(const LossParameters& parameters, const Tensor& outputs, const Tensor& targets);
};

std::span<const LossRow> loss_table();

/// A row and the values of its keys: what a text like `huber` or `name:key=value` says.
struct NamedLoss {
  const LossRow* row;
  LossParameters parameters = {};

  /// Throws: Error (usage) for a name that no row has, a key that the row does not have, or a value out of its range.
  static NamedLoss parse(std::string_view text);

  /// The text that `parse` reads back.
  std::string text() const;
};

/// The targets (N, ...) in the shape of the outputs, (N, ...) or (N, k, ...).
Tensor broadcast_to_outputs(const Tensor& targets, const Tensor& outputs);

/// The mean of all values of each row, (N).
Tensor mean_of_rows(const Tensor& losses);

/// Binary cross-entropy of every output by itself. Shape: targets (N, C) of 0 to 1.
Tensor label_losses(const Tensor& outputs, const Tensor& targets);

}  // namespace reszoo::detail
