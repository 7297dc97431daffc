/// The state of a training run.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "reszoo/metrics/metrics.h"
#include "reszoo/train/plateau.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// A finished epoch.
struct EpochRecord {
  int64_t epoch = 0;            ///< from 1
  int64_t step = 0;             ///< steps of the whole run up to the end of this epoch
  double loss = 0;              ///< mean training loss of its rows (with dropout)
  double lr = 0;                ///< of its last step
  Metrics metrics = {};         ///< of the validation rows; empty without validation
  bool best = false;            ///< whether it was better than all epochs before
  double seconds = 0;           ///< wall-clock time including evaluation
  double items_per_second = 0;  ///< training rows per second
};

/// A run between two steps. A run that is restored and continued gives bitwise the same results as one that was not
/// interrupted.
struct TrainState {
  StateDict weights;      ///< parameters and buffers, as in the module
  StateDict average;      ///< their exponential moving average; empty if it is not used
  StateDict best;         ///< weights of the best epoch; empty before the end of the first epoch
  StateDict optimizer;    ///< by parameter name
  Tensor cpu_generator;   ///< state of the default generator
  Tensor cuda_generator;  ///< generator state of the training device; undefined on a CPU

  int64_t epoch = 0;    ///< finished epochs
  int64_t step = 0;     ///< finished steps of the current epoch
  double loss_sum = 0;  ///< over the rows of the current epoch
  int64_t loss_rows = 0;
  double lr = 0;                      ///< of the last step
  PlateauState plateau;               ///< for TrainerOptions::plateau
  int64_t skipped = 0;                ///< steps of the run that were not finite
  int64_t skipped_in_row = 0;         ///< consecutive skipped steps up to the last one
  double loss_scale = 65536;          ///< for Precision::float16
  int64_t scale_steps = 0;            ///< steps since the scale was changed
  double epoch_seconds = 0;           ///< of the current epoch
  double seconds = 0;                 ///< of the whole run
  std::optional<double> best_metric;  ///< none before the first metric that is not NaN
  int64_t since_best = 0;             ///< epochs since the best one
  std::vector<EpochRecord> history;
};

}  // namespace reszoo
