#include "reszoo/train/loss.h"

#include <ATen/ATen.h>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// Targets (N, …) beside outputs (N, …) or (N, k, …).
Tensor beside(const Tensor& targets, const Tensor& outputs) {
  return (outputs.dim() == 3 ? targets.unsqueeze(1) : targets).expand_as(outputs);
}

/// The mean of all that belongs to a row.
Tensor by_row(const Tensor& losses) {
  return losses.flatten(1).mean(1);
}

Tensor number_loss(NumberLoss kind, const Tensor& outputs, const Tensor& targets) {
  const auto wanted = beside(targets, outputs);
  switch (kind) {
    case NumberLoss::mse: return by_row(at::mse_loss(outputs, wanted, at::Reduction::None));
    case NumberLoss::mae: return by_row(at::l1_loss(outputs, wanted, at::Reduction::None));
    case NumberLoss::huber: break;
  }
  return by_row(at::huber_loss(outputs, wanted, at::Reduction::None));
}

Tensor pinball_loss(const Tensor& quantiles, const Tensor& outputs, const Tensor& targets) {
  const auto q = quantiles.to(outputs.device(), outputs.scalar_type());
  const auto error = beside(targets.expand({-1, q.size(0)}), outputs) - outputs;
  return by_row(at::maximum(q * error, (q - 1) * error));
}

Tensor class_loss(double smoothing, const Tensor& outputs, const Tensor& targets) {
  const auto members = outputs.dim() == 3 ? outputs.size(1) : 1;
  const auto wanted = members > 1 ? targets.repeat_interleave(members) : targets;
  return by_row(at::cross_entropy_loss(outputs.flatten(0, -2), wanted, {}, at::Reduction::None, -100, smoothing)
                    .view({-1, members}));
}

Tensor label_loss(const Tensor& outputs, const Tensor& targets) {
  return by_row(at::binary_cross_entropy_with_logits(outputs, beside(targets, outputs), {}, {}, at::Reduction::None));
}

Tensor ordinal_loss(int64_t steps, const Tensor& outputs, const Tensor& targets) {
  const auto above = targets.unsqueeze(1) > at::arange(steps, targets.options());
  return label_loss(outputs, above.to(outputs.scalar_type()));
}

}  // namespace

NumberLoss parse_number_loss(std::string_view text) {
  for (const auto loss : {NumberLoss::mse, NumberLoss::mae, NumberLoss::huber})
    if (text == text_of(loss)) return loss;
  fail(ErrorKind::usage, "loss: must be mse, mae or huber, got \"{}\"{}", text, suggestion(text, {"mse", "mae", "huber"}));
}

std::string text_of(NumberLoss loss) {
  return loss == NumberLoss::mse ? "mse" : loss == NumberLoss::mae ? "mae" : "huber";
}

Loss loss_of(const Target& target, const LossOptions& options) {
  switch (target.task()) {
    case Task::regression:
      return [kind = options.number](const Tensor& o, const Tensor& t) { return number_loss(kind, o, t); };
    case Task::quantile:
      return [q = at::tensor(target.quantiles(), at::kDouble)](const Tensor& o, const Tensor& t) { return pinball_loss(q, o, t); };
    case Task::ordinal:
      return [steps = target.outputs()](const Tensor& o, const Tensor& t) { return ordinal_loss(steps, o, t); };
    case Task::multilabel: return label_loss;
    case Task::binary:
    case Task::multiclass: break;
  }
  return [smoothing = options.label_smoothing](const Tensor& o, const Tensor& t) { return class_loss(smoothing, o, t); };
}

Tensor mean_loss(const Tensor& losses, const Tensor& weights) {
  if (!weights.defined()) return losses.dim() == 0 ? losses : losses.mean();
  if (losses.dim() != 1)
    fail(ErrorKind::usage, "loss: rows with weights need the loss of each row (N), got {} dimensions", losses.dim());
  return at::dot(losses, weights) / weights.sum();
}

Tensor balanced_weights(const Tensor& targets) {
  const auto [unused, place, count] = at::_unique2(targets, /*sorted=*/true, /*return_inverse=*/true, /*return_counts=*/true);
  const auto share = static_cast<double>(targets.size(0)) / (count.to(at::kDouble) * static_cast<double>(count.size(0)));
  return share.index_select(0, place).to(at::kFloat);
}

}  // namespace reszoo
