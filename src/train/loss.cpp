#include "reszoo/train/loss.h"

#include <ATen/ATen.h>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"

namespace reszoo {
namespace {

constexpr Named<NumberLoss> kNumberLosses[] = {
    {"mse", NumberLoss::mse}, {"mae", NumberLoss::mae}, {"huber", NumberLoss::huber}};
constexpr Named<ClassLoss> kClassLosses[] = {{"cross_entropy", ClassLoss::cross_entropy}, {"bce", ClassLoss::bce}};

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

Tensor cross_entropy(double smoothing, const Tensor& outputs, const Tensor& targets) {
  const auto members = outputs.dim() == 3 ? outputs.size(1) : 1;
  const auto wanted = members > 1 ? targets.repeat_interleave(members, 0) : targets;
  return by_row(at::cross_entropy_loss(outputs.flatten(0, -2), wanted, {}, at::Reduction::None, -100, smoothing)
                    .view({-1, members}));
}

Tensor label_loss(const Tensor& outputs, const Tensor& targets) {
  return by_row(at::binary_cross_entropy_with_logits(outputs, beside(targets, outputs), {}, {}, at::Reduction::None));
}

/// One class against the rest: smoothing spreads its share over all classes, the own one too.
Tensor one_against_rest(double smoothing, const Tensor& outputs, const Tensor& targets) {
  if (targets.is_floating_point()) return label_loss(outputs, targets);
  const auto classes = outputs.size(-1);
  const auto off = smoothing / static_cast<double>(classes);
  auto shares = at::full({targets.size(0), classes}, off, outputs.options());
  return label_loss(outputs, shares.scatter_(1, targets.unsqueeze(1), 1 - smoothing + off));
}

Tensor ordinal_loss(int64_t steps, const Tensor& outputs, const Tensor& targets) {
  const auto above = targets.unsqueeze(1) > at::arange(steps, targets.options());
  return label_loss(outputs, above.to(outputs.scalar_type()));
}

}  // namespace

NumberLoss parse_number_loss(std::string_view text) {
  return parse_name("loss", kNumberLosses, text);
}

std::string text_of(NumberLoss loss) { return name_of(kNumberLosses, loss); }

ClassLoss parse_class_loss(std::string_view text) { return parse_name("loss", kClassLosses, text); }

std::string text_of(ClassLoss loss) { return name_of(kClassLosses, loss); }

void LossOptions::choose(std::string_view text) {
  auto names = names_of(kNumberLosses);
  for (const auto& row : kClassLosses) {
    if (row.name == text) return void(classes = row.value);
    names.emplace_back(row.name);
  }
  for (const auto& row : kNumberLosses)
    if (row.name == text) return void(number = row.value);
  refuse_name("loss", names, text);
}

Loss loss_of(const Target& target, const LossOptions& options) {
  switch (target.task()) {
    case Task::regression:
      return [kind = options.number](const Tensor& o, const Tensor& t) { return number_loss(kind, o, t); };
    case Task::quantile:
      return [q = at::tensor(target.quantiles(), at::kDouble)](const Tensor& o, const Tensor& t) {
        return pinball_loss(q, o, t);
      };
    case Task::ordinal:
      return [steps = target.outputs()](const Tensor& o, const Tensor& t) { return ordinal_loss(steps, o, t); };
    case Task::multilabel: return label_loss;
    case Task::binary:
    case Task::multiclass: break;
  }
  const auto loss = options.classes == ClassLoss::bce ? one_against_rest : cross_entropy;
  return
      [loss, smoothing = options.label_smoothing](const Tensor& o, const Tensor& t) { return loss(smoothing, o, t); };
}

Tensor mean_loss(const Tensor& losses, const Tensor& weights) {
  if (!weights.defined()) return losses.dim() == 0 ? losses : losses.mean();
  if (losses.dim() != 1)
    fail(ErrorKind::usage, "loss: rows with weights need the loss of each row (N), got {} dimensions", losses.dim());
  return at::dot(losses, weights) / weights.sum();
}

Tensor balanced_weights(const Tensor& targets) {
  const auto [unused, place, count] =
      at::_unique2(targets, /*sorted=*/true, /*return_inverse=*/true, /*return_counts=*/true);
  const auto share =
      static_cast<double>(targets.size(0)) / (count.to(at::kDouble) * static_cast<double>(count.size(0)));
  return share.index_select(0, place).to(at::kFloat);
}

}  // namespace reszoo
