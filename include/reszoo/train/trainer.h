/// The training loop.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "reszoo/base/error.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/train/dataset.h"
#include "reszoo/train/optimizer.h"
#include "reszoo/train/train_state.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo {
namespace detail {
class TrainLoop;
}

/// The progress of a run, for hooks.
struct Progress {
  int64_t epoch, epochs;    ///< from 1
  int64_t step, steps;      ///< finished steps of this epoch, and all its steps
  double loss;              ///< mean over the rows of the epoch so far
  double lr;                ///< of the last step
  Metrics metrics;          ///< of the validation rows; empty within an epoch
  double items_per_second;  ///< training rows of this epoch per second of training time
  int64_t skipped;          ///< steps of the run that were not finite
  double seconds_left;      ///< until the end of the last epoch or of the time limit, ignoring early stopping
};

class Trainer;

/// Functions that `fit` calls; each may be empty.
struct TrainerHooks {
  std::function<void(const Progress&)> on_step;
  std::function<void(const Progress&)> on_epoch;
  /// Receives the weights (parameters and buffers) of every epoch that is the best so far, or of every epoch without
  /// validation. If it throws an Error (file), a warning is given and the call is repeated at the next epoch.
  std::function<void(const StateDict& best, const Progress&)> on_best;
  /// Receives the weights of every finished epoch (the EMA if there is one) and the epochs so far. If it throws an
  /// Error (file), a warning is given. A resumed run may pass an epoch a second time.
  std::function<void(const StateDict& weights, const std::vector<EpochRecord>& history)> on_weights;
  /// Receives a line about a file that could not be written; training continues.
  std::function<void(const std::string& line)> on_warning;
  /// Called after each step. If it returns true, `fit` writes a checkpoint and returns.
  std::function<bool()> stop_requested;
  /// Called after each step. If it returns true, a checkpoint is written and training goes on.
  std::function<bool()> checkpoint_requested;
  /// Returns seconds from an arbitrary start. Default: steady_seconds.
  std::function<double()> clock;
  /// Does one training step and returns the mean loss of the batch. Default: `train_step`.
  std::function<double(Trainer&, const Batch&, double lr)> step;
};

/// An Error (input) for a loss or gradient that is NaN or infinite.
class Nonfinite : public Error {
 public:
  using Error::Error;
};

/// The reason why `fit` returned.
enum class Outcome { finished, early_stopped, stopped };

struct TrainResult {
  Outcome outcome;
  int64_t best_epoch = 0;  ///< from 1; 0: no epoch was finished
  Metrics best_metrics;    ///< of the validation rows in that epoch
  std::vector<EpochRecord> history;
  double seconds = 0;  ///< wall-clock time, including the runs before a resume
};

/// Trains any module that maps a Tensor to a Tensor.
///
/// Runs are exactly reproducible: a run that is stopped after any step and resumed ends with the same weights, buffers,
/// optimizer state and log (except times) as an uninterrupted run, on the same type of processor with the same number
/// of threads. Evaluation and copying the best weights do not change the random generators.
class Trainer {
 public:
  /// Moves the module to the device.
  /// Throws: Error (usage) for invalid options.
  Trainer(AnyModule model, Loss loss, Evaluation evaluation, TrainerOptions options, TrainerHooks hooks = {});

  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  /// The same for any module holder, shared pointer or `torch::nn::Sequential`.
  template <typename Module>
  Trainer(Module model, Loss loss, Evaluation evaluation, TrainerOptions options, TrainerHooks hooks = {})
      : Trainer(as_any(std::move(model)), std::move(loss), std::move(evaluation), std::move(options),
                std::move(hooks)) {}

  /// Trains from the first epoch, or from the checkpoint when resuming. A checkpoint and the log are written at the end
  /// of each epoch and when the run is stopped. Afterwards the module has the best weights, or the current ones if it
  /// was stopped, and the mode that it had before. If the module is in training mode at the start, those of its parts
  /// that are in eval mode (frozen norms) stay in eval mode.
  ///
  /// Throws: Error (input) if the loss or a gradient is not finite (before the optimizer steps; the last checkpoint is
  /// not changed); Error (usage) if the checkpoint was made with other settings; Error (file) if writing the last
  /// checkpoint or log, or the last `on_best`, fails.
  TrainResult fit(const Dataset& train, const std::optional<Dataset>& validation = std::nullopt);

  /// Returns the metrics on `data` in eval mode.
  Metrics evaluate(const Dataset& data);

  /// Returns outputs and targets on `data` in eval mode, without gradient: (N, ...) on the CPU. Rows with bad files are
  /// left out.
  std::pair<Tensor, Tensor> predict(const Dataset& data);

  /// Clears the gradients; for each part of the batch runs forward, loss, finite check and backward; then checks and
  /// clips the gradients and steps the optimizer. Returns the mean loss.
  /// Throws: Nonfinite.
  double train_step(const Batch& batch, double lr);

  /// Throws Nonfinite for a loss that is NaN or infinite. Call it in your own training steps before the optimizer
  /// steps.
  void require_finite(double loss) const;

  AnyModule& model();
  Optimizer& optimizer();
  /// Returns the state of the run; its tensors are shared with the run.
  const TrainState& state() const;
  const TrainerOptions& options() const;

 private:
  std::unique_ptr<detail::TrainLoop> loop_;
};

}  // namespace reszoo
