#include "reszoo/infer/average_outputs.h"

#include <torch/types.h>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// Returns the logarithm of the weighted mean of exp(logs), (N, k, C) to (N, C). No value underflows to -infinity.
Tensor log_mean(const Tensor& logs, const Tensor& log_shares) { return (logs + log_shares).logsumexp(1); }

/// Returns the shares of the members: (1, k, 1), with the sum 1.
Tensor shares_of(const Tensor& weights, const Tensor& each) {
  const auto count = each.size(1);
  if (!weights.defined()) return torch::full({1, count, 1}, 1.0 / static_cast<double>(count), each.options());
  if (weights.dim() != 1 || weights.size(0) != count || !weights.gt(0).all().item<bool>())
    fail(ErrorKind::input, "average: needs {} weights above 0, got shape=({})", count,
         fmt::join(weights.sizes(), ", "));
  return (weights / weights.sum()).view({1, count, 1}).to(each.options());
}

}  // namespace

Tensor average_outputs(const Target& target, const Tensor& outputs, const Tensor& weights) {
  const auto each = outputs.dim() == 2 ? outputs.unsqueeze(1) : outputs;
  const auto shares = shares_of(weights, each);
  if (each.size(1) == 1) return each.squeeze(1);
  switch (target.task()) {
    case Task::regression:
    case Task::quantile: return (each * shares).sum(1);
    case Task::count: return log_mean(each, shares.log());
    case Task::binary:
    case Task::multiclass: return log_mean(each.log_softmax(2), shares.log());
    case Task::ordinal:
    case Task::multilabel: break;
  }
  // The logit of the mean probability.
  return log_mean(torch::log_sigmoid(each), shares.log()) - log_mean(torch::log_sigmoid(-each), shares.log());
}

}  // namespace reszoo
