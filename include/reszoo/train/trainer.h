/// The training loop.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "reszoo/base/error.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/train/batches.h"
#include "reszoo/train/event_file.h"
#include "reszoo/train/fast_forward.h"
#include "reszoo/train/optimizer.h"
#include "reszoo/train/train_state.h"
#include "reszoo/train/trainer_options.h"
#include "reszoo/train/weight_average.h"

namespace reszoo {

/// What hooks are told.
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
  std::function<void(const State& best, const Progress&)> on_best;
  /// The weights of every finished epoch, those that would be kept, and the epochs up to it. An
  /// Error (file) thrown here is a warning. A run that is resumed may give an epoch again.
  std::function<void(const State& weights, const std::vector<EpochRecord>& history)> on_weights;
  /// A line about a file that could not be written; training goes on.
  std::function<void(const std::string& line)> on_warning;
  /// Asked after each step: true writes a checkpoint and ends `fit`.
  std::function<bool()> stop_requested;
  /// One step of training; returns the mean loss of the batch. The default is `train_step`.
  std::function<double(Trainer&, const Batch&, double lr)> step;
};

/// A loss or gradient that is nan or infinite: an Error (input).
class Nonfinite : public Error {
 public:
  using Error::Error;
};

/// Why `fit` came back.
enum class Outcome { finished, out_of_patience, stopped };

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
  TrainResult fit(const Batches& train, const std::optional<Batches>& validation = std::nullopt);

  /// The metrics of `data` in eval mode.
  Metrics evaluate(const Batches& data);

  /// Outputs and targets of `data` in eval mode, without gradient: (N, ...) on the CPU. Rows
  /// whose files are bad are left out.
  std::pair<Tensor, Tensor> predict(const Batches& data);

  /// Gradients to none, then for each part of the batch forward, loss, check, backward; then
  /// check, clip, optimizer step. Returns the mean loss.
  /// Throws: Nonfinite.
  double train_step(const Batch& batch, double lr);

  /// Throws Nonfinite for a loss that is nan or infinite; for steps of the caller's own, before
  /// their optimizer step.
  void require_finite(double loss) const;

  AnyModule& model() { return model_; }
  Optimizer& optimizer() { return optimizer_; }
  /// Where the run is; its tensors are shared with the run.
  const TrainState& state() const { return state_; }
  const TrainerOptions& options() const { return options_; }

 private:
  void start(const Batches& train, const std::optional<Batches>& validation);
  void restore(const std::filesystem::path& checkpoint);
  bool train_epoch(const Batches& train);
  void run_step(const Batch& batch);
  void write_if_due();
  std::optional<double> attempt(const Batch& batch);
  double backward(const Batch& part, double share, int64_t number);
  Tensor loss_of(const Tensor& outputs, const Batch& batch) const;
  bool adapt_scale(bool fitted);
  void remember_buffers();
  void restore_buffers();
  [[noreturn]] void fail_nonfinite(const std::string& what) const;
  void end_epoch(const std::optional<Batches>& validation);
  bool judge(const Metrics& metrics);
  Metrics validate(const Batches& validation);
  State kept() const;
  void write(const Progress& progress, bool must_succeed);
  void hand_out_weights();
  void save();
  void write_events();
  void lap();
  bool done() const;
  Progress progress() const;
  Tensor input(const Tensor& x) const;
  TrainResult finish(Outcome outcome);

  AnyModule model_;
  Loss loss_;
  Evaluation evaluation_;
  TrainerOptions options_;
  TrainerHooks hooks_;
  Optimizer optimizer_;
  FastForward fast_;
  TrainState state_;
  std::optional<WeightAverage> average_;
  std::vector<Tensor> buffers_, buffers_before_;  ///< of the module, and what they were before the step
  std::optional<EventFile> events_;
  size_t events_written_ = 0;  ///< epochs
  nlohmann::ordered_json settings_;
  int64_t steps_ = 0;          ///< of an epoch
  bool best_pending_ = false;  ///< whether on_best has still to succeed
  std::chrono::steady_clock::time_point last_lap_, last_checkpoint_;
};

}  // namespace reszoo
