// The time of a training run and its limit.
#include <algorithm>

#include "train/run_length.h"
#include "train/train_loop.h"

namespace reszoo::detail {
namespace {

/// The share of a time limit after which no further epoch is begun: its rate would be next to 0.
constexpr double kTimeUsed = 0.98;

}  // namespace

void TrainLoop::tick() {
  const double before = time_.seconds;
  pass_time();
  time_.epoch_seconds += time_.seconds - before;
}

void TrainLoop::pass_time() {
  const double now = hooks_.clock();
  time_.seconds += now - last_tick_;
  last_tick_ = now;
}

double TrainLoop::prediction_seconds(int64_t rows) const {
  const auto count = static_cast<double>(rows);
  if (last_validation_ && validation_rows_ > 0)
    return *last_validation_ * count / static_cast<double>(validation_rows_);
  // Before the first validation: a row takes about half as long as in training, which also has a backward pass.
  return state_.loss_rows > 0 ? state_.epoch_seconds * count / static_cast<double>(2 * state_.loss_rows) : 0;
}

double TrainLoop::time_share() const {
  if (options_.time_limit <= 0) return 0;
  const double limit = options_.time_limit - prediction_seconds(options_.rows_after);
  if (limit <= 0) return 1;
  return std::clamp((state_.seconds + prediction_seconds(validation_rows_)) / limit, 0.0, 1.0);
}

bool TrainLoop::is_time_up() const { return state_.step > 0 && time_share() == 1; }

Progress TrainLoop::progress() const {
  const auto rows = static_cast<double>(state_.loss_rows);
  const double left = static_cast<double>((epochs_ - state_.epoch) * steps_ - state_.step);
  double seconds_left = state_.step > 0 ? left * state_.epoch_seconds / static_cast<double>(state_.step) : 0;
  if (options_.time_limit > 0)
    seconds_left = std::clamp(seconds_left, 0.0, std::max(options_.time_limit - state_.seconds, 0.0));
  return {.epoch = state_.epoch + 1,
          .epochs = epochs_,
          .step = state_.step,
          .steps = steps_,
          .loss = rows > 0 ? state_.loss_sum / rows : 0,
          .lr = state_.lr,
          .metrics = {},
          .items_per_second = state_.epoch_seconds > 0 ? rows / state_.epoch_seconds : 0,
          .skipped = state_.skipped,
          .seconds_left = seconds_left};
}

bool TrainLoop::done() const {
  const auto patience = patience_of(options_, epochs_);
  return state_.epoch >= epochs_ || (state_.epoch > 0 && time_share() >= kTimeUsed) ||
         (patience > 0 && state_.since_best >= patience);
}

}  // namespace reszoo::detail
