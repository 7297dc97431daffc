/// A learning rate that falls when the validation metric no longer gets better.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reszoo/metrics/monitor.h"

namespace reszoo {

/// | text                          | meaning                                                   |
/// |-------------------------------|-----------------------------------------------------------|
/// | `plateau`, `plateau:P`        | times 0.1 after more than P = 10 epochs without a better metric |
/// | `factor=G`                    | times G instead                                           |
/// | `threshold=T`, `margin=M`     | better is what beats the best by more than T \|best\| + M; T = 1e-4, M = 0 |
/// | `cooldown=C`                  | epochs after a drop that do not count, 0                  |
/// | `end=E`                       | least factor, 0                                           |
struct PlateauOptions {
  int64_t patience = 10;    ///< epochs
  double factor = 0.1;      ///< in (0, 1)
  double threshold = 1e-4;  ///< share of the best metric, at least 0
  double margin = 0;        ///< in the metric's unit, at least 0
  int64_t cooldown = 0;     ///< epochs
  double end = 0;           ///< in [0, 1]

  /// Reads the texts of the table, keys separated by commas after the colon.
  /// Throws: Error (usage) for any other text.
  static PlateauOptions parse(std::string_view text);

  /// The text that `parse` reads back.
  std::string text() const;

  bool operator==(const PlateauOptions&) const = default;
};

/// The state of a Plateau, for checkpoints.
struct PlateauState {
  std::optional<double> best = {};  ///< none before the first metric that is a number
  int64_t bad_epochs = 0;           ///< since the best one, or since the last drop
  int64_t cooldown_left = 0;        ///< epochs
  double factor = 1;                ///< of the base rate

  bool operator==(const PlateauState&) const = default;
};

/// Multiplies the rate by `options.factor` when the metric has not become better for more
/// than `options.patience` epochs. A metric that is no number is not better.
///
/// Equal to PyTorch's ReduceLROnPlateau: `threshold` is its relative mode, `margin` with a
/// threshold of 0 its absolute one.
/// Differs: the threshold is a share of |best|, so that it means the same for a negative
/// metric; and there is no least change of the rate (`eps`).
class Plateau {
 public:
  /// `monitor` says which metrics are better; its name is not looked at.
  Plateau(const PlateauOptions& options, Monitor monitor) : options_(options), monitor_(std::move(monitor)) {}

  /// Takes the metric of an epoch and returns the factor for the next one.
  double update(double metric);

  PlateauState state = {};

 private:
  PlateauOptions options_;
  Monitor monitor_;
};

}  // namespace reszoo
