/// Lowers the learning rate when the validation metric stops improving.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reszoo/metrics/monitor.h"

namespace reszoo {

/// The options as text: `plateau`, or `plateau:` and values separated by commas.
///
/// | text                      | meaning                                                                       |
/// |---------------------------|-------------------------------------------------------------------------------|
/// | `plateau`, `plateau:P`    | multiply by 0.1 after more than P epochs without improvement; P = 10          |
/// | `factor=G`                | multiply by G instead                                                         |
/// | `threshold=T`, `margin=M` | an improvement is more than T \|best\| + M; T = 1e-4, M = 0                     |
/// | `cooldown=C`              | epochs after a reduction that are not counted; C = 0                          |
/// | `end=E`                   | smallest factor; E = 0                                                        |
struct PlateauOptions {
  int64_t patience = 10;    ///< epochs
  double factor = 0.1;      ///< in (0, 1)
  double threshold = 1e-4;  ///< fraction of |best|, at least 0
  double margin = 0;        ///< in the metric's unit, at least 0
  int64_t cooldown = 0;     ///< epochs
  double end = 0;           ///< in [0, 1]

  /// Parses the texts of the table.
  /// Throws: Error (usage) for any other text.
  static PlateauOptions parse(std::string_view text);

  /// Returns a text that `parse` accepts.
  std::string text() const;

  bool operator==(const PlateauOptions&) const = default;
};

/// The state of a Plateau, for checkpoints.
struct PlateauState {
  std::optional<double> best = {};  ///< none before the first metric that is not NaN
  int64_t bad_epochs = 0;           ///< epochs since the best one, or since the last reduction
  int64_t cooldown_left = 0;        ///< epochs
  double factor = 1;                ///< relative to the base learning rate

  bool operator==(const PlateauState&) const = default;
};

/// Multiplies the learning rate by `options.factor` when the metric has not improved for more than `options.patience`
/// epochs. A metric that is NaN is no improvement.
///
/// Equal to PyTorch's ReduceLROnPlateau: `threshold` is its relative mode; `margin` with a threshold of 0 is its
/// absolute mode.
/// Differs: the threshold is relative to |best|, so it means the same for negative metrics; and there is no minimum
/// change of the learning rate (`eps`).
class Plateau {
 public:
  /// `monitor` decides which of two metrics is better; its name is not used.
  Plateau(const PlateauOptions& options, Monitor monitor) : options_(options), monitor_(std::move(monitor)) {}

  /// Takes the metric of an epoch and returns the factor for the next epoch.
  double update(double metric);

  PlateauState state = {};

 private:
  PlateauOptions options_;
  Monitor monitor_;
};

}  // namespace reszoo
