#include "settings.h"

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo::detail {
namespace {

std::string shape(const Tensor& x) {
  return fmt::format("({}) {}", fmt::join(x.sizes(), ", "), x.toString());
}

/// What only some kinds take. Rules are named where there are any: a checkpoint without
/// goes on as before.
nlohmann::ordered_json settings_of(const OptimizerOptions& o) {
  nlohmann::ordered_json settings;
  switch (o.kind) {
    case OptimizerKind::adamw:
    case OptimizerKind::adam:
    case OptimizerKind::lamb: settings = {{"beta1", o.beta1}, {"beta2", o.beta2}, {"eps", o.eps}}; break;
    case OptimizerKind::lion: settings = {{"beta1", o.beta1}, {"beta2", o.beta2}}; break;
    case OptimizerKind::sgd: settings = {{"momentum", o.momentum}, {"nesterov", o.nesterov}}; break;
    case OptimizerKind::rmsprop: settings = {{"alpha", o.alpha}, {"momentum", o.momentum}, {"eps", o.eps}}; break;
  }
  if (!o.rules.empty()) settings["rules"] = text_of(o.rules);
  return settings;
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
                                  {"average", o.average},
                                  {"seed", o.seed},
                                  {"device", o.device.is_cuda() ? "cuda" : "cpu"},
                                  {"fast", o.fast},
                                  {"channels_last", o.channels_last},
                                  {"train_inputs", shape(train.inputs())},
                                  {"train_targets", shape(train.targets())},
                                  {"validation_inputs", validation ? shape(validation->inputs()) : "none"}};
  settings.update(settings_of(p));
  settings.update(o.settings);
  return settings;
}

void check(const TrainerOptions& o) {
  if (o.epochs < 1) fail(ErrorKind::usage, "Trainer: epochs must be at least 1, got {}", o.epochs);
  if (o.batch_size < 1) fail(ErrorKind::usage, "Trainer: batch_size must be at least 1, got {}", o.batch_size);
  if (o.clip_norm < 0) fail(ErrorKind::usage, "Trainer: clip_norm must be at least 0, got {}", o.clip_norm);
  if (o.patience < 0) fail(ErrorKind::usage, "Trainer: patience must be at least 0, got {}", o.patience);
  if (o.average < 0 || o.average >= 1) fail(ErrorKind::usage, "Trainer: average must be in [0, 1), got {}", o.average);
  if (o.resume && o.out.empty()) fail(ErrorKind::usage, "Trainer: resume needs the folder of the run in out");
}

double deciding(const Metrics& metrics, const std::string& name) {
  if (name.empty()) return metrics.front().second;
  for (const auto& [metric, value] : metrics)
    if (metric == name) return value;
  std::vector<std::string> names;
  for (const auto& item : metrics) names.push_back(item.first);
  fail(ErrorKind::usage, "metric: must be one of {}, got \"{}\"{}", list(names), name, suggestion(name, names));
}

}  // namespace reszoo::detail
