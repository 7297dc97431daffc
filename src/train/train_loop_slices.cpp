// A step whose batch is divided into slices, among processes or in one.
#include <ATen/ATen.h>

#include <mutex>

#include "nn/generator_guard.h"
#include "reszoo/base/random.h"
#include "train/batch_parts.h"
#include "train/train_loop.h"

namespace reszoo::detail {
namespace {

constexpr uint64_t kStreamOfSlices = 0x736c69636573;  // apart from the other streams of the seed

/// Modules draw from LibTorch's generators: what they draw in a slice depends on its number alone.
void seed_generators(const TrainerOptions& options, int64_t step, int64_t slice) {
  for (auto& generator : default_generators(options.device)) {
    const std::lock_guard lock(generator.mutex());
    generator.set_current_seed(Random(options.seed ^ kStreamOfSlices, step, slice).bits());
  }
}

/// What the processes tell each other after a step: float64 values that each stand at a place of their own, so that
/// adding those of all processes copies them.
class StepReport {
 public:
  explicit StepReport(int64_t slices) : slices_(slices), values_(at::zeros({2 * slices + kFlags}, at::kDouble)) {}

  double& loss(int64_t slice) { return at(slice); }
  double& rows(int64_t slice) { return at(slices_ + slice); }
  double& stop() { return at(2 * slices_); }  ///< how many processes want to stop
  double& seconds() { return at(2 * slices_ + 1); }
  double& epoch_seconds() { return at(2 * slices_ + 2); }
  Tensor& values() { return values_; }

  double total(double& (StepReport::*value)(int64_t)) {
    double sum = 0;
    for (int64_t slice = 0; slice < slices_; ++slice) sum += (this->*value)(slice);
    return sum;
  }

 private:
  static constexpr int64_t kFlags = 3;
  double& at(int64_t place) { return values_.mutable_data_ptr<double>()[place]; }

  int64_t slices_;
  Tensor values_;
};

}  // namespace

SliceSum& TrainLoop::slice_sum() {
  std::vector<Tensor> trained;
  for (const auto& parameter : parameters_)
    if (parameter.requires_grad()) trained.push_back(parameter);
  const auto same = [](const Tensor& a, const Tensor& b) { return a.is_same(b); };
  if (!slice_sum_ || !std::ranges::equal(trained, summed_, same)) {
    slice_sum_.reset();  // a Reducer removes its hooks
    slice_sum_ = make_slice_sum(team_, trained, options_.shards > 0);
    summed_ = trained;
  }
  return *slice_sum_;
}

/// Runs a slice whose batch norms all processes compute together: without rows too.
double TrainLoop::run_synced_slice(const Batch& slice, double share, int64_t number, SliceSum& sum) {
  const auto place = place_of_part(0) * slice.slices.of + number;
  const bool empty = slice.targets.size(0) == 0;
  const auto loss = empty ? outputs_at(slice.inputs, place).sum() * 0 : loss_at(slice, place);
  sum.backward(loss * scaled(share), true);
  return loss.item<double>();
}

/// Runs a slice; returns its mean loss.
double TrainLoop::run_slice(const Batch& slice, double share, int64_t number, SliceSum& sum) {
  if (options_.sync_norms) return run_synced_slice(slice, share, number, sum);
  struct Piece {
    Batch part;
    double share;
    int64_t number;
  };
  const auto rows = share > 0 ? slice.targets.size(0) : 0, of = slice.slices.of;
  const auto count = rows > 0 ? parts_of(rows, (options_.batch_size + of - 1) / of, options_) : 0;
  std::vector<Piece> pieces;
  for (int64_t i = 0; i < count; ++i) {
    const auto first = rows * i / count;
    auto part = count == 1 ? slice : part_of(slice, first, rows * (i + 1) / count - first);
    const double of_slice = count == 1 ? 1 : share_of(part, slice);
    if (of_slice > 0) pieces.push_back({std::move(part), of_slice, i});
  }
  double loss = 0;
  for (const auto& piece : pieces) {
    const auto value = loss_at(piece.part, place_of_part(piece.number) * of + number);
    loss += piece.share * value.item<double>();
    sum.backward(value * scaled(share * piece.share), &piece == &pieces.back());
  }
  if (pieces.empty()) sum.backward(Tensor(), true);
  return loss;
}

double TrainLoop::sliced_gradients(const Batch& batch) {
  const auto weights = team_.weights_of_slices(batch);
  double all = 0;
  for (const auto weight : weights) all += weight;
  auto& sum = slice_sum();
  StepReport report(batch.slices.of);
  const auto step = state_.epoch * steps_ + state_.step;
  int64_t first = 0;
  for (auto number = batch.slices.first; number < batch.slices.first + batch.slices.count; ++number) {
    if (number > batch.slices.first) buffers_.restore();
    seed_generators(options_, step, number);
    const auto place = static_cast<size_t>(number);
    const auto rows = batch.slice_rows[place];
    const double share = all > 0 ? weights[place] / all : 0;
    report.loss(number) = share * run_slice(part_of(batch, first, rows), share, number, sum);
    report.rows(number) = static_cast<double>(rows);
    sum.end_slice(buffers_.changes(rows, parameters_.front().options().requires_grad(false)));
    first += rows;
  }
  seed_generators(options_, step, batch.slices.of);  // so that checkpoints do not depend on who made them
  tell(report.stop(), report.seconds(), report.epoch_seconds());
  const auto changes = sum.finish(report.values());
  hear(report.stop(), report.seconds(), report.epoch_seconds());
  step_rows_ = static_cast<int64_t>(report.total(&StepReport::rows));
  if (step_rows_ > 0) buffers_.take(changes, step_rows_);
  return report.total(&StepReport::loss);
}

/// Writes what the others must know, and the times of the first process.
void TrainLoop::tell(double& stop, double& seconds, double& epoch_seconds) {
  if (!hooks_.step) stop = hooks_.stop_requested && hooks_.stop_requested() ? 1 : 0;
  tick();
  if (!team_.is_first()) return;
  seconds = time_.seconds;
  epoch_seconds = time_.epoch_seconds;
}

void TrainLoop::hear(double stop, double seconds, double epoch_seconds) {
  stopping_ = stopping_ || stop > 0;
  state_.seconds = seconds;
  state_.epoch_seconds = epoch_seconds;
}

/// The same for a step of the user's own, which may make no message.
void TrainLoop::agree_on_step() {
  if (team_.size() == 1) return;
  auto values = at::zeros({3}, at::kDouble);
  auto* value = values.mutable_data_ptr<double>();
  tell(value[0], value[1], value[2]);
  value[0] = hooks_.stop_requested && hooks_.stop_requested() ? 1 : 0;
  team_.group()->all_reduce(values);
  value = values.mutable_data_ptr<double>();
  hear(value[0], value[1], value[2]);
}

/// Gives all processes the times of the first one.
void TrainLoop::agree_on_time() {
  const auto times = team_.from_first({time_.seconds, time_.epoch_seconds, last_validation_.value_or(-1)});
  state_.seconds = times[0];
  state_.epoch_seconds = times[1];
  if (times[2] >= 0) last_validation_ = times[2];
}

}  // namespace reszoo::detail
