// The start of a training run.
#include "reszoo/base/duration.h"
#include "train/run_digest.h"
#include "train/run_length.h"
#include "train/settings.h"
#include "train/train_loop.h"

namespace reszoo::detail {
namespace {

/// Returns the hooks of this process: those of the first one, or only what a step needs.
TrainerHooks own_hooks(TrainerHooks hooks, const Team& team) {
  if (!hooks.clock) hooks.clock = steady_seconds;
  if (team.is_first()) return hooks;
  TrainerHooks few;
  few.stop_requested = std::move(hooks.stop_requested);
  few.clock = std::move(hooks.clock);
  few.step = std::move(hooks.step);
  return few;
}

/// Returns the module on its device and in its memory format.
/// Throws: Error (usage) for invalid options.
AnyModule placed(AnyModule model, const TrainerOptions& options) {
  check(options);
  model.ptr()->to(options.device);
  if (options.channels_last)
    for (auto& parameter : model.ptr()->parameters()) {
      if (parameter.dim() != 4) continue;
      const auto values = parameter.detach();
      // A weight of 1 x 1 is contiguous in both formats, but its gradient has the strides of this one.
      parameter.set_data(at::empty_like(values, at::MemoryFormat::ChannelsLast).copy_(values));
    }
  return model;
}

}  // namespace

TrainLoop::TrainLoop(AnyModule model, Loss loss, Evaluation evaluation, const TrainerOptions& options,
                     TrainerHooks hooks)
    : model_(placed(std::move(model), options)),
      loss_(std::move(loss)),
      evaluation_(std::move(evaluation)),
      options_(options),
      optimizer_(*model_.ptr(), options_.optimizer),
      team_(options_) {
  hooks_ = own_hooks(std::move(hooks), team_);
}

void TrainLoop::start(const Dataset& train, const std::optional<Dataset>& validation) {
  settings_ = settings_of(options_, train, validation);
  if (team_.size() > 1) team_.require_same(common_start(settings_, train, validation));
  team_.share_weights(*model_.ptr());
  stopping_ = false;
  steps_ = train.batches(options_.batch_size);
  state_ = TrainState();
  best_pending_ = false;
  validation_rows_ = validation ? validation->rows() : 0;
  last_validation_.reset();
  optimizer_ = Optimizer(*model_.ptr(), options_.optimizer);
  fast_ = FusedTraining(options_.seed);
  torch::manual_seed(options_.seed);
  parameters_ = model_.ptr()->parameters();
  buffers_ = StepBuffers(*model_.ptr());
  average_.reset();
  events_.reset();
  if (options_.ema_decay > 0) average_.emplace(*model_.ptr(), options_.ema_decay);
  if (!options_.out.empty()) open_files();
  time_ = {state_.seconds, state_.epoch_seconds};
  epochs_ = run_length(options_, state_.history, evaluation_.monitor);
  last_tick_ = last_checkpoint_ = hooks_.clock();
}

}  // namespace reszoo::detail
