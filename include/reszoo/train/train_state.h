/// The state of a run of training.
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
  int64_t step = 0;             ///< steps of the whole run up to its end
  double loss = 0;              ///< mean over its rows, as trained on (dropout active)
  double lr = 0;                ///< of its last step
  Metrics metrics = {};         ///< of the validation rows; empty without
  bool best = false;            ///< whether it was better than all before
  double seconds = 0;           ///< wall clock, evaluation included
  double items_per_second = 0;  ///< training rows per second
};

/// A run between two steps. Restoring it and going on gives the same bits as
/// going on at once.
struct TrainState {
  StateDict weights;      ///< parameters and buffers, as in the module
  StateDict average;      ///< their moving average; empty without
  StateDict best;         ///< those of the best epoch; empty before the first epoch's end
  StateDict optimizer;    ///< by the parameter's name
  Tensor cpu_generator;   ///< state of the default generator
  Tensor cuda_generator;  ///< of the training device; undefined on a CPU

  int64_t epoch = 0;    ///< finished epochs
  int64_t step = 0;     ///< finished steps of the epoch that is going on
  double loss_sum = 0;  ///< over the rows of that epoch
  int64_t loss_rows = 0;
  double lr = 0;                      ///< of the last step
  PlateauState plateau;               ///< for TrainerOptions::plateau
  int64_t skipped = 0;                ///< steps of the run that were not finite
  int64_t skipped_in_row = 0;         ///< up to the last step
  double loss_scale = 65536;          ///< for Precision::float16
  int64_t scale_steps = 0;            ///< since the scale was changed
  double epoch_seconds = 0;           ///< of that epoch
  double seconds = 0;                 ///< of the whole run
  std::optional<double> best_metric;  ///< none before the first that is a number
  int64_t since_best = 0;             ///< epochs
  std::vector<EpochRecord> history;
};

}  // namespace reszoo
