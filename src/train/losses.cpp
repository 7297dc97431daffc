#include "train/losses.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/error.h"

namespace reszoo::detail {

Tensor broadcast_to_outputs(const Tensor& targets, const Tensor& outputs) {
  return (outputs.dim() == 3 ? targets.unsqueeze(1) : targets).expand_as(outputs);
}

Tensor mean_of_rows(const Tensor& losses) { return losses.flatten(1).mean(1); }

Tensor label_losses(const Tensor& outputs, const Tensor& targets) {
  const auto wanted = broadcast_to_outputs(targets, outputs);
  return mean_of_rows(at::binary_cross_entropy_with_logits(outputs, wanted, {}, {}, at::Reduction::None));
}

namespace {

// Losses of numeric targets. Shape: targets (N, T) as Target encodes them.

Tensor mse(const LossParameters&, const Tensor& outputs, const Tensor& targets) {
  return mean_of_rows(at::mse_loss(outputs, broadcast_to_outputs(targets, outputs), at::Reduction::None));
}

Tensor mae(const LossParameters&, const Tensor& outputs, const Tensor& targets) {
  return mean_of_rows(at::l1_loss(outputs, broadcast_to_outputs(targets, outputs), at::Reduction::None));
}

Tensor huber(const LossParameters&, const Tensor& outputs, const Tensor& targets) {
  return mean_of_rows(at::huber_loss(outputs, broadcast_to_outputs(targets, outputs), at::Reduction::None));
}

/// exp(f) - y f: the Poisson negative log-likelihood without the term that does not depend on f.
Tensor poisson(const LossParameters&, const Tensor& outputs, const Tensor& targets) {
  return mean_of_rows(outputs.exp() - broadcast_to_outputs(targets, outputs) * outputs);
}

// Losses of classes. Shape: targets (N) int64, or class probabilities (N, C).

/// Returns the class probabilities, (N, C). Label smoothing spreads its share over all classes, including the true one.
/// Targets that already are probabilities are not changed.
Tensor class_shares(double smoothing, const Tensor& outputs, const Tensor& targets) {
  if (targets.is_floating_point()) return targets;
  const auto classes = outputs.size(-1);
  const auto off = smoothing / static_cast<double>(classes);
  auto shares = at::full({targets.size(0), classes}, off, outputs.options());
  return shares.scatter_(1, targets.unsqueeze(1), 1 - smoothing + off);
}

Tensor cross_entropy(const LossParameters& p, const Tensor& outputs, const Tensor& targets) {
  const auto members = outputs.dim() == 3 ? outputs.size(1) : 1;
  const auto wanted = members > 1 ? targets.repeat_interleave(members, 0) : targets;
  return mean_of_rows(
      at::cross_entropy_loss(outputs.flatten(0, -2), wanted, {}, at::Reduction::None, -100, p.label_smoothing)
          .view({-1, members}));
}

Tensor bce(const LossParameters& p, const Tensor& outputs, const Tensor& targets) {
  return label_losses(outputs, class_shares(p.label_smoothing, outputs, targets));
}

/// The sum over the classes of -share alpha (1 - p)^gamma log(p).
Tensor focal(const LossParameters& p, const Tensor& outputs, const Tensor& targets) {
  constexpr double kLeast = 1e-12;  // minimum of 1 - p: its power has no finite derivative at 0 if gamma < 1
  const auto log_p = outputs.log_softmax(-1);
  auto losses = log_p * log_p.expm1().neg().clamp_min(kLeast).pow(p.gamma).neg();
  if (p.alpha) {
    if (outputs.size(-1) != 2)
      fail(ErrorKind::usage, "loss: alpha of focal is for two classes, got {} classes", outputs.size(-1));
    losses = losses * at::tensor({1 - *p.alpha, *p.alpha}, losses.options());
  }
  const auto shares = class_shares(p.label_smoothing, outputs, targets);
  return mean_of_rows((broadcast_to_outputs(shares, losses) * losses).sum(-1, /*keepdim=*/true));
}

const LossRow kLosses[] = {
    {"mse", LossOf::numbers, {}, mse},
    {"mae", LossOf::numbers, {}, mae},
    {"huber", LossOf::numbers, {}, huber},
    {"poisson", LossOf::counts, {}, poisson},
    {"cross_entropy", LossOf::classes, {}, cross_entropy},
    {"bce", LossOf::classes, {}, bce},
    {"focal",
     LossOf::classes,
     {{"gamma", &LossParameters::gamma, {0, kInfinity, true, false}},
      {"alpha", &LossParameters::alpha, {0, 1, false, false}}},
     focal},
};

}  // namespace

std::span<const LossRow> loss_table() { return kLosses; }

NamedLoss NamedLoss::parse(std::string_view text) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto name = text.substr(0, colon);
  const auto* row = std::ranges::find(kLosses, name, &LossRow::name);
  if (row == std::end(kLosses)) refuse_name("loss", names_of(kLosses), name);
  NamedLoss loss{.row = row};
  if (colon < text.size()) put_all("loss", row->name, row->keys, text.substr(colon + 1), loss.parameters);
  return loss;
}

std::string NamedLoss::text() const {
  std::vector<std::string> items;
  for (const auto& key : row->keys)
    if (auto item = text_of(key, parameters, /*bare=*/false); !item.empty()) items.push_back(std::move(item));
  return joined(row->name, items);
}

}  // namespace reszoo::detail
