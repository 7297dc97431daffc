#include "reszoo/train/loss.h"

#include <ATen/ATen.h>

#include <limits>

#include "reszoo/base/error.h"
#include "train/losses.h"

namespace reszoo {
namespace {

using detail::LossOf;
using detail::NamedLoss;

/// Returns the mean pinball loss of each row over the quantiles (Q). Shape: targets (N, 1).
Tensor pinball_losses(const Tensor& quantiles, const Tensor& outputs, const Tensor& targets) {
  const auto q = quantiles.to(outputs.device(), outputs.scalar_type());
  const auto error = detail::broadcast_to_outputs(targets.expand({-1, q.size(0)}), outputs) - outputs;
  return detail::mean_of_rows(at::maximum(q * error, (q - 1) * error));
}

/// Shape: outputs (N, steps) for y > 0, y > 1, ...; targets (N) int64.
Tensor ordinal_losses(int64_t steps, const Tensor& outputs, const Tensor& targets) {
  const auto above = targets.unsqueeze(1) > at::arange(steps, targets.options());
  return detail::label_losses(outputs, above.to(outputs.scalar_type()));
}

/// Returns the loss that `text` names.
/// Throws: Error (usage) if it is not of the kind `wanted`, which the task needs.
Loss named_loss(std::string_view text, LossOf wanted, const Target& target, double smoothing) {
  auto loss = NamedLoss::parse(text);
  if (loss.row->of != wanted)
    fail(ErrorKind::usage, "loss: {} is not a loss of task={}", loss.row->name, text_of(target.task()));
  loss.parameters.label_smoothing = smoothing;
  return [rows = loss.row->rows, parameters = loss.parameters](const Tensor& outputs, const Tensor& targets) {
    return rows(parameters, outputs, targets);
  };
}

/// Counts have only one loss, which replaces the default loss of numeric targets.
std::string count_loss(const LossOptions& options) {
  return options.number == LossOptions{}.number ? "poisson" : options.number;
}

}  // namespace

void LossOptions::choose(std::string_view text) {
  const auto loss = NamedLoss::parse(text);
  (loss.row->of == LossOf::classes ? classes : number) = loss.text();
}

Loss loss_of(const Target& target, const LossOptions& options) {
  if (options.custom) return options.custom;
  switch (target.task()) {
    case Task::regression: return named_loss(options.number, LossOf::numbers, target, options.label_smoothing);
    case Task::count: return named_loss(count_loss(options), LossOf::counts, target, 0);
    case Task::quantile:
      return [q = at::tensor(target.quantiles(), at::kDouble)](const Tensor& outputs, const Tensor& targets) {
        return pinball_losses(q, outputs, targets);
      };
    case Task::ordinal:
      return [steps = target.outputs()](const Tensor& outputs, const Tensor& targets) {
        return ordinal_losses(steps, outputs, targets);
      };
    case Task::multilabel: return detail::label_losses;
    case Task::binary:
    case Task::multiclass: break;
  }
  return named_loss(options.classes, LossOf::classes, target, options.label_smoothing);
}

Tensor mean_loss(const Tensor& losses, const Tensor& weights) {
  if (!weights.defined()) return losses.dim() == 0 ? losses : losses.mean();
  if (losses.dim() != 1)
    fail(ErrorKind::usage, "loss: rows with weights need the loss of each row (N), got {} dimensions", losses.dim());
  // A batch whose weights are all 0 has the loss 0.
  return at::dot(losses, weights) / weights.sum().clamp_min(std::numeric_limits<float>::min());
}

Tensor balanced_weights(const Tensor& targets) {
  const auto [unused, place, count] =
      at::_unique2(targets, /*sorted=*/true, /*return_inverse=*/true, /*return_counts=*/true);
  const auto share =
      static_cast<double>(targets.size(0)) / (count.to(at::kDouble) * static_cast<double>(count.size(0)));
  return share.index_select(0, place).to(at::kFloat);
}

}  // namespace reszoo
