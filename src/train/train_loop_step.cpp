// One training step: forward, backward, optimizer.
#include <ATen/ATen.h>

#include <cmath>

#include "reszoo/train/loss.h"
#include "train/batch_parts.h"
#include "train/guards.h"
#include "train/sync_norms.h"
#include "train/train_loop.h"

namespace reszoo::detail {
namespace {

constexpr int64_t kMostSkippedInRow = 20;

// The loss scale of float16, as in PyTorch's GradScaler: halved when gradients overflow, doubled after this many steps
// without overflow.
constexpr int64_t kScaleSteps = 2000;
constexpr double kLeastScale = 1.0 / 1024;  // gradients that overflow even with this scale are not finite at all

/// Returns the batch with the rows of its parts.
Batch joined(const Batch& batch, const std::vector<Batch>& parts) {
  auto whole = batch;
  whole.lam = parts.front().lam;
  for (auto member : {&Batch::inputs, &Batch::targets, &Batch::weights, &Batch::targets_b}) {
    std::vector<Tensor> all;
    for (const auto& part : parts)
      if ((part.*member).defined()) all.push_back(part.*member);
    if (!all.empty()) whole.*member = at::cat(all);
  }
  return whole;
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

/// Where a part of a batch is in the run.
int64_t TrainLoop::place_of_part(int64_t number) const {
  return (state_.epoch * steps_ + state_.step) * options_.gradient_accumulation_steps + number;
}

/// The factor of a loss whose share of the step's loss is `share`.
double TrainLoop::scaled(double share) const {
  return options_.precision == Precision::float16 ? share * state_.loss_scale : share;
}

/// Runs the network for a step. `place` is the same for no other part of the run: dropout depends on it.
Tensor TrainLoop::outputs_at(const Tensor& inputs, int64_t place) {
  const AutocastGuard autocast(options_.device, options_.precision);
  const auto x = input(inputs);
  if (options_.sync_norms && team_.size() > 1) return run_synced(model_, x, team_.group());
  const bool fast = options_.fast && options_.precision == Precision::float32;
  return fast ? fast_(model_, x, place) : model_.forward(x);
}

/// Returns the mean loss of a part, for its place in the run.
Tensor TrainLoop::loss_at(const Batch& part, int64_t place) {
  auto outputs = outputs_at(part.inputs, place);
  if (options_.precision != Precision::float32) outputs = outputs.to(at::kFloat);
  return loss_of(outputs, part);
}

/// Adds the part's share to the gradients; returns the part's loss.
double TrainLoop::backward(const Batch& part, double share, int64_t number) {
  const auto loss = loss_at(part, place_of_part(number));
  const double value = loss.item<double>(), factor = scaled(share);
  require_finite(value);
  (factor == 1 ? loss : loss * factor).backward();
  return value;
}

/// Computes the gradients of a batch; returns its loss.
double TrainLoop::gradients(const Batch& batch) {
  const auto rows = batch.targets.size(0), parts = parts_of(rows, options_.batch_size, options_);
  step_rows_ = rows;
  double loss = 0;
  for (int64_t i = 0; i < parts; ++i) {
    const auto first = rows * i / parts;
    const auto part = parts == 1 ? batch : part_of(batch, first, rows * (i + 1) / parts - first);
    const double share = parts == 1 ? 1 : share_of(part, batch);
    if (share > 0) loss += share * backward(part, share, i);
  }
  return loss;
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
  const bool sliced = batch.slices.of > 1;
  const double loss = sliced ? sliced_gradients(batch) : gradients(batch);
  if (step_rows_ == 0) return loss;  // all files of the batch are bad
  if (sliced) require_finite(loss);
  const bool is_scaled = options_.precision == Precision::float16;
  if (is_scaled) optimizer_.scale_gradients(1 / state_.loss_scale);
  const auto norm = optimizer_.gradient_norm();
  const double value = norm.item<double>();
  if (is_scaled && adapt_scale(std::isfinite(value))) return loss;
  if (!std::isfinite(value))
    fail_nonfinite(fmt::format("loss is {:g}, its gradient is {}", loss, std::isnan(value) ? "nan" : "inf"));
  if (options_.max_grad_norm > 0) optimizer_.clip(options_.max_grad_norm, norm);
  optimizer_.step(lr);
  return loss;
}

/// Mixes each slice in itself, all by the same random choices.
Batch TrainLoop::mix(const Batch& batch) const {
  const auto mixed = [&](const Batch& part) {
    Random random(splitmix64(options_.seed), state_.epoch, state_.step);
    return options_.mix(part, random);
  };
  if (batch.slices.count == 1 || !options_.mix.active()) return mixed(batch);
  std::vector<Batch> slices;
  int64_t first = 0;
  for (auto number = batch.slices.first; number < batch.slices.first + batch.slices.count; ++number) {
    const auto rows = batch.slice_rows[static_cast<size_t>(number)];
    if (rows > 0) slices.push_back(mixed(part_of(batch, first, rows)));
    first += rows;
  }
  return slices.empty() ? batch : joined(batch, slices);
}

/// Does one step of a run. Returns its loss, or nothing if it was skipped.
std::optional<double> TrainLoop::try_step(const Batch& batch) {
  const auto mixed = mix(batch);
  const auto step = [&] {
    return hooks_.step ? hooks_.step(*trainer_, mixed, state_.lr) : train_step(mixed, state_.lr);
  };
  buffers_.remember();
  try {
    const double loss = step();
    state_.skipped_in_row = 0;
    return loss;
  } catch (const Nonfinite& error) {
    buffers_.restore();  // a forward pass with NaN leaves NaN in the running statistics of norms
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
