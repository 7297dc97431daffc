/// The loop of a Trainer: its steps, epochs and files.
#pragma once
#include <optional>

#include "reszoo/train/exponential_moving_average.h"
#include "reszoo/train/fused_training.h"
#include "reszoo/train/tensorboard_writer.h"
#include "reszoo/train/trainer.h"
#include "train/slice_sum.h"
#include "train/step_buffers.h"
#include "train/team.h"

namespace reszoo::detail {

/// The implementation of Trainer; the methods are documented there.
class TrainLoop {
 public:
  TrainLoop(AnyModule model, Loss loss, Evaluation evaluation, const TrainerOptions& options, TrainerHooks hooks);

  /// `trainer` is passed to the hooks.
  TrainResult fit(Trainer& trainer, const Dataset& train, const std::optional<Dataset>& validation);
  Metrics evaluate(const Dataset& data);
  std::pair<Tensor, Tensor> predict(const Dataset& data);
  double train_step(const Batch& batch, double lr);
  void require_finite(double loss) const;

  AnyModule& model() { return model_; }
  Optimizer& optimizer() { return optimizer_; }
  const TrainState& state() const { return state_; }
  const TrainerOptions& options() const { return options_; }

 private:
  // The run (train_loop_start.cpp, train_loop.cpp, train_loop_time.cpp).
  void start(const Dataset& train, const std::optional<Dataset>& validation);
  bool train_epoch(const Dataset& train);  ///< returns false if it was stopped
  void run_step(const Batch& batch);
  void end_epoch(const std::optional<Dataset>& validation);
  Metrics validate(const Dataset& validation);
  bool update_best(const Metrics& metrics);  ///< returns whether the epoch is the best so far
  void tick();                               ///< adds the time since the last call to the time of the run
  void pass_time();                          ///< adds it to the time of the run, but not to that of the epoch
  bool done() const;
  bool is_time_up() const;                        ///< whether the epoch must end for the time limit
  double time_share() const;                      ///< share of the time limit that is used; 0 without a limit
  double prediction_seconds(int64_t rows) const;  ///< what predicting so many rows will take
  Progress progress() const;
  Tensor input(const Tensor& x) const;  ///< returns x in the memory format of the network
  TrainResult finish(Outcome outcome);

  // One step (train_loop_step.cpp).
  std::optional<double> try_step(const Batch& batch);
  double gradients(const Batch& batch);
  double backward(const Batch& part, double share, int64_t number);
  Tensor outputs_at(const Tensor& inputs, int64_t place);
  Tensor loss_at(const Batch& part, int64_t place);
  int64_t place_of_part(int64_t number) const;
  double scaled(double share) const;
  Batch mix(const Batch& batch) const;
  Tensor loss_of(const Tensor& outputs, const Batch& batch) const;
  bool adapt_scale(bool fitted);
  [[noreturn]] void fail_nonfinite(const std::string& what) const;

  // A step whose batch is divided among processes or shards (train_loop_slices.cpp).
  double sliced_gradients(const Batch& batch);
  double run_synced_slice(const Batch& slice, double share, int64_t number, SliceSum& sum);
  double run_slice(const Batch& slice, double share, int64_t number, SliceSum& sum);
  SliceSum& slice_sum();
  void tell(double& stop, double& seconds, double& epoch_seconds);
  void hear(double stop, double seconds, double epoch_seconds);
  void agree_on_step();
  void agree_on_time();

  // Files and hooks (train_loop_files.cpp).
  StateDict kept_weights() const;  ///< returns the moving average if there is one, otherwise the module's own weights
  void open_files();
  void restore(const std::filesystem::path& checkpoint, const Bytes& bytes);
  void require_space() const;
  void save();
  void write(const Progress& progress, bool must_succeed);
  void write_files(const Progress& progress, bool must_succeed);
  void write_if_due();
  void write_events();
  void emit_weights();

  AnyModule model_;
  Loss loss_;
  Evaluation evaluation_;
  TrainerOptions options_;
  TrainerHooks hooks_;
  Optimizer optimizer_;
  FusedTraining fast_;
  TrainState state_;
  Team team_;
  std::unique_ptr<SliceSum> slice_sum_;
  std::vector<Tensor> parameters_, summed_;  ///< of the module; those of them that slice_sum_ adds
  std::optional<ExponentialMovingAverage> average_;
  StepBuffers buffers_;
  std::optional<TensorBoardWriter> events_;
  size_t events_written_ = 0;  ///< number of epochs
  nlohmann::ordered_json settings_;
  Trainer* trainer_ = nullptr;
  int64_t steps_ = 0;          ///< steps per epoch
  int64_t epochs_ = 0;         ///< of the run as it is planned now
  bool best_pending_ = false;  ///< whether on_best must still succeed for the best epoch
  int64_t validation_rows_ = 0;
  std::optional<double> last_validation_;  ///< seconds
  int64_t step_rows_ = 0;                  ///< of the last step, in all processes
  bool stopping_ = false;                  ///< whether a process was asked to stop
  double last_tick_ = 0, last_checkpoint_ = 0;
  /// The times of this process; TrainState has those that all have agreed on.
  struct {
    double seconds = 0, epoch_seconds = 0;
  } time_;
};

}  // namespace reszoo::detail
