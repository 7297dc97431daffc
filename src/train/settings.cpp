#include "settings.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "reszoo/base/names.h"

namespace reszoo {
namespace {

constexpr Named<OnNonfinite> kOnNonfinite[] = {{"stop", OnNonfinite::stop}, {"skip", OnNonfinite::skip}};

}  // namespace

OnNonfinite parse_on_nonfinite(std::string_view text) { return parse_name("on-nonfinite", kOnNonfinite, text); }
std::string text_of(OnNonfinite rule) { return name_of(kOnNonfinite, rule); }

}  // namespace reszoo

namespace reszoo::detail {
namespace {

std::string shape(const Tensor& x) { return fmt::format("({}) {}", fmt::join(x.sizes(), ", "), x.toString()); }

std::string inputs_of(const Dataset& data) {
  if (data.inputs().defined()) return shape(data.inputs());
  return fmt::format("({}, {}) made", data.rows(), fmt::join(data.input_shape(), ", "));
}

/// Returns options that later versions added. Default values are omitted, so that older checkpoints remain valid.
nlohmann::ordered_json later_settings(const TrainerOptions& o) {
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  const auto add = [&](const char* name, const auto& value, const auto& usual) {
    if (value != usual) settings[name] = value;
  };
  add("planned_epochs", o.planned_epochs, 0);
  add("accumulate", o.gradient_accumulation_steps, 1);
  add("mixup", o.mix.mixup, 0.0);
  add("cutmix", o.mix.cutmix, 0.0);
  add("mix_probability", o.mix.probability, 1.0);
  add("plateau", o.plateau ? o.plateau->text() : "", std::string());
  add("precision", text_of(o.precision), text_of(Precision::float32));
  add("shuffle_window", o.shuffle_window, kShuffleWindow);
  add("shards", std::max<int64_t>(o.shards, 1), 1);
  if (o.shards > 1) settings["threads"] = at::get_num_threads();  // sums depend on it
  add("sync_norms", o.sync_norms, false);
  add("on_nonfinite", text_of(o.on_nonfinite), text_of(OnNonfinite::stop));
  return settings;
}

/// Returns options that only some kinds of optimizer have. Rules are written only if there are any, so that older
/// checkpoints remain valid.
nlohmann::ordered_json settings_of(const OptimizerOptions& o) {
  nlohmann::ordered_json settings;
  switch (o.kind) {
    case OptimizerKind::adamw:
    case OptimizerKind::adam:
    case OptimizerKind::lamb: settings = {{"beta1", o.beta1}, {"beta2", o.beta2}, {"eps", o.eps}}; break;
    case OptimizerKind::lion: settings = {{"beta1", o.beta1}, {"beta2", o.beta2}}; break;
    case OptimizerKind::muon:
      settings = {{"momentum", o.momentum}, {"beta1", o.beta1}, {"beta2", o.beta2}, {"eps", o.eps}};
      break;
    case OptimizerKind::sgd: settings = {{"momentum", o.momentum}, {"nesterov", o.nesterov}}; break;
    case OptimizerKind::rmsprop: settings = {{"alpha", o.alpha}, {"momentum", o.momentum}, {"eps", o.eps}}; break;
  }
  if (!o.rules.empty()) settings["rules"] = text_of(o.rules);
  return settings;
}

}  // namespace

nlohmann::ordered_json settings_of(const TrainerOptions& o, const Dataset& train,
                                   const std::optional<Dataset>& validation) {
  const auto& p = o.optimizer;
  nlohmann::ordered_json settings{{"epochs", o.epochs},
                                  {"batch_size", o.batch_size},
                                  {"optimizer", text_of(p.kind)},
                                  {"lr", p.lr},
                                  {"weight_decay", p.weight_decay},
                                  {"decay_norms_and_biases", p.decay_norms_and_biases},
                                  {"schedule", o.schedule.text()},
                                  {"clip_norm", o.max_grad_norm},
                                  {"patience", o.patience},
                                  {"average", o.ema_decay},
                                  {"seed", o.seed},
                                  {"device", o.device.is_cuda() ? "cuda" : "cpu"},
                                  {"fast", o.fast},
                                  {"channels_last", o.channels_last},
                                  {"train_inputs", inputs_of(train)},
                                  {"train_targets", shape(train.targets())},
                                  {"validation_inputs", validation ? inputs_of(*validation) : "none"}};
  settings.update(settings_of(p));
  settings.update(later_settings(o));
  settings.update(o.settings);
  return settings;
}

void check(const TrainerOptions& o) {
  if (o.epochs < 1) fail(ErrorKind::usage, "Trainer: epochs must be at least 1, got {}", o.epochs);
  if (o.planned_epochs < 0)
    fail(ErrorKind::usage, "Trainer: planned_epochs must be at least 0, got {}", o.planned_epochs);
  if (o.batch_size < 1) fail(ErrorKind::usage, "Trainer: batch_size must be at least 1, got {}", o.batch_size);
  if (o.shuffle_window < 0)
    fail(ErrorKind::usage, "Trainer: shuffle_window must be at least 0, got {}", o.shuffle_window);
  if (o.max_grad_norm < 0) fail(ErrorKind::usage, "Trainer: max_grad_norm must be at least 0, got {}", o.max_grad_norm);
  if (o.patience < 0) fail(ErrorKind::usage, "Trainer: patience must be at least 0, got {}", o.patience);
  if (o.ema_decay < 0 || o.ema_decay >= 1)
    fail(ErrorKind::usage, "Trainer: ema_decay must be in [0, 1), got {}", o.ema_decay);
  if (o.precision == Precision::automatic || o.precision == Precision::int8)
    fail(ErrorKind::usage, "Trainer: precision must be float32, bfloat16 or float16, got {}", text_of(o.precision));
  if (o.shards < 0 || (o.shards & (o.shards - 1)) != 0)
    fail(ErrorKind::usage, "Trainer: shards must be a power of two, got {}", o.shards);
  if (o.shards > 1 && o.sync_norms)
    fail(ErrorKind::usage, "Trainer: sync_norms and shards exclude each other: each shard has its own statistics");
  if (o.sync_norms && o.gradient_accumulation_steps > 1)
    fail(ErrorKind::usage, "Trainer: sync_norms needs the whole batch at once, got gradient_accumulation_steps={}",
         o.gradient_accumulation_steps);
  if (o.gradient_accumulation_steps < 1)
    fail(ErrorKind::usage, "Trainer: gradient_accumulation_steps must be at least 1, got {}",
         o.gradient_accumulation_steps);
  if (!(o.mix.mixup >= 0 && o.mix.cutmix >= 0 && o.mix.probability >= 0 && o.mix.probability <= 1))
    fail(ErrorKind::usage,
         "Trainer: mixup and cutmix must be at least 0 and their probability in [0, 1], got {}, {}, {}", o.mix.mixup,
         o.mix.cutmix, o.mix.probability);
  if (!(o.checkpoint_every >= 0))
    fail(ErrorKind::usage, "Trainer: checkpoint_every must be at least 0, got {}", o.checkpoint_every);
  if (!(o.time_limit >= 0)) fail(ErrorKind::usage, "Trainer: time_limit must be at least 0, got {}", o.time_limit);
  if (o.rows_after < 0) fail(ErrorKind::usage, "Trainer: rows_after must be at least 0, got {}", o.rows_after);
  if (o.resume && o.out.empty()) fail(ErrorKind::usage, "Trainer: resume needs the folder of the run in out");
}

}  // namespace reszoo::detail
