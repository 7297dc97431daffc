#include "settings.h"

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

std::string shape(const Tensor& x) {
  return fmt::format("({}) {}", fmt::join(x.sizes(), ", "), x.toString());
}

}  // namespace

nlohmann::ordered_json settings_of(const TrainerOptions& o, const TensorBatches& train,
                                   const std::optional<TensorBatches>& validation) {
  const auto& p = o.optimizer;
  nlohmann::ordered_json settings{{"epochs", o.epochs},
                                  {"batch_size", o.batch_size},
                                  {"optimizer", text_of(p.kind)},
                                  {"lr", p.lr},
                                  {"weight_decay", p.weight_decay},
                                  {"decay_norms_and_biases", p.decay_norms_and_biases},
                                  {"schedule", o.schedule.text()},
                                  {"clip_norm", o.clip_norm},
                                  {"patience", o.patience},
                                  {"seed", o.seed},
                                  {"device", o.device.is_cuda() ? "cuda" : "cpu"},
                                  {"channels_last", o.channels_last},
                                  {"train_inputs", shape(train.inputs())},
                                  {"train_targets", shape(train.targets())},
                                  {"validation_inputs", validation ? shape(validation->inputs()) : "none"}};
  if (p.kind == OptimizerKind::adamw)
    settings.update({{"beta1", p.beta1}, {"beta2", p.beta2}, {"eps", p.eps}});
  else
    settings.update({{"momentum", p.momentum}, {"nesterov", p.nesterov}});
  settings.update(o.settings);
  return settings;
}

void check(const TrainerOptions& o) {
  if (o.epochs < 1) fail(ErrorKind::usage, "Trainer: epochs must be at least 1, got {}", o.epochs);
  if (o.batch_size < 1) fail(ErrorKind::usage, "Trainer: batch_size must be at least 1, got {}", o.batch_size);
  if (o.clip_norm < 0) fail(ErrorKind::usage, "Trainer: clip_norm must be at least 0, got {}", o.clip_norm);
  if (o.patience < 0) fail(ErrorKind::usage, "Trainer: patience must be at least 0, got {}", o.patience);
  if (o.resume && o.out.empty()) fail(ErrorKind::usage, "Trainer: resume needs the folder of the run in out");
}

}  // namespace reszoo::detail
