#include "train/train_loop.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reszoo/base/duration.h"
#include "reszoo/base/error.h"
#include "reszoo/train/predict.h"
#include "reszoo/weights/load.h"
#include "train/guards.h"
#include "train/limited_schedule.h"
#include "train/run_length.h"

namespace reszoo::detail {
namespace {

StateDict copy_of(const StateDict& state) {
  StateDict copy;
  for (const auto& item : state) copy.insert(item.key(), item.value().detach().clone());
  return copy;
}

}  // namespace

Tensor TrainLoop::input(const Tensor& x) const {
  if (x.dim() != 4) return x;
  return x.contiguous(options_.channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

std::pair<Tensor, Tensor> TrainLoop::predict(const Dataset& data) {
  const ModeGuard modes(*model_.ptr());
  const GeneratorGuard generators(default_generators(options_.device));
  model_.ptr()->eval();
  const auto forward = [&](const Tensor& inputs) {
    return options_.fast ? fast_.evaluate(model_, input(inputs)) : model_.forward(input(inputs));
  };
  auto all = reszoo::predict(data.to(options_.device), options_.batch_size, forward, team_.group().get());
  return {std::move(all.outputs), std::move(all.targets)};
}

Metrics TrainLoop::evaluate(const Dataset& data) {
  auto [outputs, targets] = predict(data);
  if (targets.is_floating_point()) targets = targets.to(at::kDouble);
  auto metrics = evaluation_.metrics(outputs.to(at::kDouble), targets);
  if (metrics.empty()) fail(ErrorKind::usage, "Trainer: the evaluation must give at least one metric");
  return metrics;
}

void TrainLoop::run_step(const Batch& batch) {
  const auto position = state_.epoch * steps_ + state_.step;
  const double factor = limited_factor(options_.schedule, position, epochs_ * steps_, time_share());
  state_.lr = options_.optimizer.lr * (factor * state_.plateau.factor);
  const bool has_rows = team_.divides() || batch.targets.size(0) > 0;
  step_rows_ = batch.targets.size(0);  // for steps of the user's own
  const auto loss = has_rows ? try_step(batch) : std::nullopt;
  if (loss && step_rows_ > 0) {
    if (average_) average_->update(position);
    state_.loss_sum += *loss * static_cast<double>(step_rows_);
    state_.loss_rows += step_rows_;
  }
  ++state_.step;
  if (hooks_.step) agree_on_step();
  if (!team_.divides()) {
    tick();
    agree_on_time();
  }
  if (hooks_.on_step) hooks_.on_step(progress());
}

bool TrainLoop::train_epoch(const Dataset& train) {
  const auto pass = [&] {
    return train.shuffled(options_.batch_size, options_.seed, state_.epoch, state_.step, team_.slices());
  };
  for (const auto& batch : pass()) {
    if (team_.group()) team_.group()->set_position(fmt::format("epoch {}, step {}", state_.epoch + 1, state_.step + 1));
    run_step(batch);
    write_if_due();
    if (team_.divides() ? stopping_ : hooks_.stop_requested && hooks_.stop_requested()) return false;
    if (is_time_up()) break;
  }
  return true;
}

/// Evaluates the weights that are kept: the moving average if there is one.
Metrics TrainLoop::validate(const Dataset& validation) {
  if (!average_) return evaluate(validation);
  const auto trained = copy_of(state_of(*model_.ptr()));
  load_state(*model_.ptr(), average_->state(), {.allow_non_finite = true});
  auto metrics = evaluate(validation);
  load_state(*model_.ptr(), trained, {.allow_non_finite = true});
  return metrics;
}

bool TrainLoop::update_best(const Metrics& metrics) {
  if (metrics.empty()) return true;
  const double value = evaluation_.monitor.value_of(metrics);
  if (!std::isfinite(value) && hooks_.on_warning) {
    const auto& name = evaluation_.monitor.name;
    hooks_.on_warning(fmt::format("epoch {}: the validation {} is {}", state_.epoch + 1,
                                  name.empty() ? metrics.front().first : name, std::isnan(value) ? "nan" : "infinite"));
  }
  const bool first = !state_.best_metric;
  const bool better =
      evaluation_.monitor.is_better(value, state_.best_metric.value_or(std::numeric_limits<double>::quiet_NaN()));
  if (better) state_.best_metric = value;
  if (options_.plateau) {
    Plateau plateau(*options_.plateau, evaluation_.monitor);
    plateau.state = state_.plateau;
    plateau.update(value);
    state_.plateau = plateau.state;
  }
  state_.since_best = better ? 0 : state_.since_best + 1;
  return better || first;
}

void TrainLoop::end_epoch(const std::optional<Dataset>& validation) {
  auto ended = progress();
  const double begin = hooks_.clock();
  if (validation) ended.metrics = validate(*validation);
  last_validation_ = hooks_.clock() - begin;
  tick();
  agree_on_time();
  if (state_.epoch == 0 && state_.step < steps_ && hooks_.on_warning)
    hooks_.on_warning(fmt::format("the time limit of {} ended the first epoch after {} of {} steps",
                                  duration_text(options_.time_limit), state_.step, steps_));
  const bool best = update_best(ended.metrics);
  state_.history.push_back({.epoch = ended.epoch,
                            .step = state_.epoch * steps_ + state_.step,
                            .loss = ended.loss,
                            .lr = ended.lr,
                            .metrics = ended.metrics,
                            .best = best,
                            .seconds = state_.epoch_seconds,
                            .items_per_second = ended.items_per_second});
  epochs_ = run_length(options_, state_.history, evaluation_.monitor);
  if (best) {
    state_.best = copy_of(kept_weights());
    best_pending_ = true;
  }
  ++state_.epoch;
  state_.step = state_.loss_rows = 0;
  state_.loss_sum = state_.epoch_seconds = time_.epoch_seconds = 0;
  if (hooks_.on_epoch) hooks_.on_epoch(ended);
  emit_weights();
  write(ended, done());
  pass_time();
  agree_on_time();
}

TrainResult TrainLoop::finish(Outcome outcome) {
  TrainResult result{.outcome = outcome, .best_metrics = {}, .history = state_.history, .seconds = state_.seconds};
  for (const auto& record : state_.history)
    if (record.best) {
      result.best_epoch = record.epoch;
      result.best_metrics = record.metrics;
    }
  if (outcome == Outcome::stopped) return result;
  if (const auto keys = non_finite(state_.best); !keys.empty())
    fail(ErrorKind::input,
         "train: the trained weights are NaN or infinite in {} of {} tensors, the first is {}; try a "
         "lower learning rate",
         keys.size(), state_.best.size(), keys.front());
  load_state(*model_.ptr(), state_.best);
  return result;
}

TrainResult TrainLoop::fit(Trainer& trainer, const Dataset& train, const std::optional<Dataset>& validation) {
  trainer_ = &trainer;
  const ModeGuard modes(*model_.ptr());
  if (!model_.ptr()->is_training()) model_.ptr()->train();
  const auto resident = train.to(options_.device).with_shuffle_window(options_.shuffle_window);
  const auto resident_validation = validation ? std::optional(validation->to(options_.device)) : std::nullopt;
  start(resident, resident_validation);
  if (done())
    write(progress(), true);  // the run was already finished: write its files, in case it was interrupted before
  while (!done()) {
    if (!train_epoch(resident)) {
      write(progress(), true);
      return finish(Outcome::stopped);
    }
    end_epoch(resident_validation);
  }
  return finish(state_.epoch >= epochs_ ? Outcome::finished : Outcome::early_stopped);
}

}  // namespace reszoo::detail
