// One training step: forward, backward, optimizer.
#include <ATen/ATen.h>

#include <cmath>

#include "reszoo/train/loss.h"
#include "train/guards.h"
#include "train/train_loop.h"

namespace reszoo::detail {
namespace {

constexpr int64_t kMostSkippedInRow = 20;

// The loss scale of float16, as in PyTorch's GradScaler: halved when gradients overflow, doubled after this many steps
// without overflow.
constexpr int64_t kScaleSteps = 2000;
constexpr double kLeastScale = 1.0 / 1024;  // gradients that overflow even with this scale are not finite at all

/// Returns rows [first, first + count) of a batch.
Batch part_of(const Batch& batch, int64_t first, int64_t count) {
  auto part = batch;
  for (auto* tensor : {&part.inputs, &part.targets, &part.weights, &part.targets_b})
    if (tensor->defined()) *tensor = tensor->narrow(0, first, count);
  return part;
}

/// Returns the number of parts of a batch. Parts are as large as those of a full batch. No part has a single row, on
/// which batch norm cannot train, unless all have.
int64_t parts_of(int64_t rows, const TrainerOptions& options) {
  const auto size =
      (options.batch_size + options.gradient_accumulation_steps - 1) / options.gradient_accumulation_steps;
  const auto parts = std::min((rows + size - 1) / size, options.gradient_accumulation_steps);
  return size == 1 ? parts : std::max<int64_t>(std::min(parts, rows / 2), 1);
}

/// Returns the part's share of the batch's loss.
double share_of(const Batch& part, const Batch& batch) {
  if (batch.weights.defined()) {
    const auto all = batch.weights.sum().item<double>();
    return all > 0 ? part.weights.sum().item<double>() / all : 0;
  }
  return static_cast<double>(part.targets.size(0)) / static_cast<double>(batch.targets.size(0));
}

}  // namespace

void TrainLoop::fail_nonfinite(const std::string& what) const {
  const bool kept = !options_.out.empty() && std::filesystem::exists(options_.out / "checkpoint.safetensors");
  const auto* hint = kept ? "the last good checkpoint is kept" : "try a lower learning rate";
  throw Nonfinite(ErrorKind::input, fmt::format("train: {} at epoch {}, step {}, lr={:g}; {}", what, state_.epoch + 1,
                                                state_.step + 1, state_.lr, hint));
}

void TrainLoop::require_finite(double loss) const {
  if (std::isfinite(loss)) return;
  fail_nonfinite(fmt::format("loss is {}", std::isnan(loss) ? "nan" : loss > 0 ? "inf" : "-inf"));
}

Tensor TrainLoop::loss_of(const Tensor& outputs, const Batch& batch) const {
  const auto loss = mean_loss(loss_(outputs, batch.targets), batch.weights);
  if (!batch.targets_b.defined()) return loss;
  return batch.lam * loss + (1 - batch.lam) * mean_loss(loss_(outputs, batch.targets_b), batch.weights);
}

/// Adds the part's share to the gradients; returns the part's loss.
double TrainLoop::backward(const Batch& part, double share, int64_t number) {
  Tensor outputs;
  {
    const AutocastGuard autocast(options_.device, options_.precision);
    const auto x = input(part.inputs);
    const auto position = (state_.epoch * steps_ + state_.step) * options_.gradient_accumulation_steps + number;
    outputs = options_.fast ? fast_(model_, x, position) : model_.forward(x);
  }
  if (options_.precision != Precision::float32) outputs = outputs.to(at::kFloat);
  const auto loss = loss_of(outputs, part);
  const double value = loss.item<double>();
  require_finite(value);
  const double factor = options_.precision == Precision::float16 ? share * state_.loss_scale : share;
  (factor == 1 ? loss : loss * factor).backward();
  return value;
}

/// Adapts the loss scale of float16 after a step; `fitted` is whether its gradients were finite. Returns whether to
/// skip the optimizer step.
bool TrainLoop::adapt_scale(bool fitted) {
  if (!fitted && state_.loss_scale <= kLeastScale) return false;  // not finite at any scale: the caller throws
  ++state_.scale_steps;
  if (fitted && state_.scale_steps < kScaleSteps) return false;
  state_.loss_scale *= fitted ? 2 : 0.5;
  state_.scale_steps = 0;
  return !fitted;
}

double TrainLoop::train_step(const Batch& batch, double lr) {
  optimizer_.zero_grad();
  const auto rows = batch.targets.size(0), parts = parts_of(rows, options_);
  double loss = 0;
  for (int64_t i = 0; i < parts; ++i) {
    const auto first = rows * i / parts;
    const auto part = parts == 1 ? batch : part_of(batch, first, rows * (i + 1) / parts - first);
    const double share = parts == 1 ? 1 : share_of(part, batch);
    if (share > 0) loss += share * backward(part, share, i);
  }
  const bool scaled = options_.precision == Precision::float16;
  if (scaled) optimizer_.scale_gradients(1 / state_.loss_scale);
  const auto norm = optimizer_.gradient_norm();
  const double value = norm.item<double>();
  if (scaled && adapt_scale(std::isfinite(value))) return loss;
  if (!std::isfinite(value))
    fail_nonfinite(fmt::format("loss is {:g}, its gradient is {}", loss, std::isnan(value) ? "nan" : "inf"));
  if (options_.max_grad_norm > 0) optimizer_.clip(options_.max_grad_norm, norm);
  optimizer_.step(lr);
  return loss;
}

/// A forward pass with NaN would leave NaN in the running statistics of norms.
void TrainLoop::remember_buffers() {
  const at::NoGradGuard no_grad;
  if (!buffers_.empty()) at::_foreach_copy_(buffers_before_, buffers_);
}

void TrainLoop::restore_buffers() {
  const at::NoGradGuard no_grad;
  if (!buffers_.empty()) at::_foreach_copy_(buffers_, buffers_before_);
}

/// Does one step of a run. Returns its loss, or nothing if it was skipped.
std::optional<double> TrainLoop::try_step(const Batch& batch) {
  Random random(splitmix64(options_.seed), state_.epoch, state_.step);
  const auto mixed = options_.mix(batch, random);
  const auto step = [&] {
    return hooks_.step ? hooks_.step(*trainer_, mixed, state_.lr) : train_step(mixed, state_.lr);
  };
  remember_buffers();
  try {
    const double loss = step();
    state_.skipped_in_row = 0;
    return loss;
  } catch (const Nonfinite& error) {
    restore_buffers();
    if (options_.on_nonfinite == OnNonfinite::stop) throw;
    ++state_.skipped;
    if (++state_.skipped_in_row == kMostSkippedInRow)
      throw Nonfinite(ErrorKind::input,
                      fmt::format("{}; {} steps in a row were not finite", error.what(), kMostSkippedInRow));
    if (hooks_.on_warning) hooks_.on_warning(fmt::format("{}; the step is skipped", error.what()));
    return std::nullopt;
  }
}

}  // namespace reszoo::detail
