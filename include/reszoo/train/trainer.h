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

/// Where a run is, for hooks.
struct Progress {
  int64_t epoch, epochs;    ///< from 1
  int64_t step, steps;      ///< finished ones of this epoch, and all of it
  double loss;              ///< mean over the epoch's rows so far
  double lr;                ///< of the last step
  Metrics metrics;          ///< of the validation rows; empty within an epoch
  double items_per_second;  ///< training rows of this epoch per second of training
  int64_t skipped;          ///< steps of the run that were not finite
  double seconds_left;      ///< to the end of the last epoch, early stopping aside
};

class Trainer;

/// Called by `fit`; each may be empty.
struct TrainerHooks {
  std::function<void(const Progress&)> on_step;
  std::function<void(const Progress&)> on_epoch;
  /// The weights (parameters and buffers) of an epoch that is the best so far, or
  /// of any epoch without validation. An Error (file) thrown here is a warning,
  /// and the call is repeated at the next epoch.
  std::function<void(const StateDict& best, const Progress&)> on_best;
  /// The weights of every finished epoch, those that would be kept, and the epochs up to it. An
  /// Error (file) thrown here is a warning. A run that is resumed may give an epoch again.
  std::function<void(const StateDict& weights, const std::vector<EpochRecord>& history)> on_weights;
  /// A line about a file that could not be written; training goes on.
  std::function<void(const std::string& line)> on_warning;
  /// Called after each step: true writes a checkpoint and ends `fit`.
  std::function<bool()> stop_requested;
  /// One step of training; returns the mean loss of the batch. The default is `train_step`.
  std::function<double(Trainer&, const Batch&, double lr)> step;
};

/// A loss or gradient that is nan or infinite: an Error (input).
class Nonfinite : public Error {
 public:
  using Error::Error;
};

/// Why `fit` returned.
enum class Outcome { finished, early_stopped, stopped };

struct TrainResult {
  Outcome outcome;
  int64_t best_epoch = 0;  ///< from 1; 0: no epoch was finished
  Metrics best_metrics;    ///< of the validation rows in that epoch
  std::vector<EpochRecord> history;
  double seconds = 0;  ///< wall clock, with the runs before this was resumed
};

/// Trains any module Tensor to Tensor.
///
/// A run is exact: stopped after any step and resumed it ends with the same
/// weights, buffers, optimizer state and log (but for times) as without the stop,
/// on the same kind of processor with the same number of threads. Evaluation and
/// the copy of the best weights leave the random generators as they were.
class Trainer {
 public:
  /// Moves the module to the device.
  /// Throws: Error (usage) for options that make no sense.
  Trainer(AnyModule model, Loss loss, Evaluation evaluation, TrainerOptions options, TrainerHooks hooks = {});

  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  /// The same for any holder, shared pointer or `torch::nn::Sequential`.
  template <typename Module>
  Trainer(Module model, Loss loss, Evaluation evaluation, TrainerOptions options, TrainerHooks hooks = {})
      : Trainer(as_any(std::move(model)), std::move(loss), std::move(evaluation), std::move(options),
                std::move(hooks)) {}

  /// Trains from the first epoch, or from the checkpoint when resuming. A
  /// checkpoint and the log are written at each epoch's end and on a stop.
  /// The module ends with the best weights, or as it is when stopped, and in the
  /// mode in which it came. One that comes in training mode keeps those parts in
  /// eval mode that are in it (frozen norms).
  ///
  /// Throws: Error (input) if the loss or a gradient is not finite: before the optimizer
  /// steps, the last checkpoint is left alone; Error (usage) if the checkpoint
  /// was made with other settings; Error (file) if the last checkpoint, log or
  /// `on_best` fails.
  TrainResult fit(const Dataset& train, const std::optional<Dataset>& validation = std::nullopt);

  /// The metrics of `data` in eval mode.
  Metrics evaluate(const Dataset& data);

  /// Outputs and targets of `data` in eval mode, without gradient: (N, ...) on the CPU. Rows whose files are bad are
  /// left out.
  std::pair<Tensor, Tensor> predict(const Dataset& data);

  /// Clears the gradients; for each part of the batch: forward, loss, check, backward; then check, clip and optimizer
  /// step. Returns the mean loss.
  /// Throws: Nonfinite.
  double train_step(const Batch& batch, double lr);

  /// Throws Nonfinite for a loss that is nan or infinite. For steps of your own, before their optimizer step.
  void require_finite(double loss) const;

  AnyModule& model();
  Optimizer& optimizer();
  /// Where the run is; its tensors are shared with the run.
  const TrainState& state() const;
  const TrainerOptions& options() const;

 private:
  std::unique_ptr<detail::TrainLoop> loop_;
};

}  // namespace reszoo
