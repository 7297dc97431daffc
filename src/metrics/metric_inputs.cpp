#include "metric_inputs.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <cmath>

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

Tensor weights(const char* metric, const Tensor& weight, int64_t rows) {
  if (!weight.defined()) return at::ones({rows}, at::kDouble);
  const auto flat = weight.detach().to(at::kCPU, at::kDouble).flatten();
  if (flat.size(0) != rows)
    fail(ErrorKind::input, "{}: weight must be ({}), a number a row, got {} numbers", metric, rows, flat.size(0));
  const auto sum = flat.sum().item<double>();
  if (!flat.ge(0).all().item<bool>() || !(sum > 0) || std::isinf(sum))
    fail(ErrorKind::input, "{}: weights must be finite, 0 or more and not all 0, got least={} and sum={}", metric,
         flat.min().item<double>(), sum);
  return flat;
}

}  // namespace

Measured values(const char* metric, const Tensor& prediction, const Tensor& target, const Tensor& weight) {
  if (prediction.numel() != target.numel() || target.numel() == 0)
    fail(ErrorKind::input,
         "{}: prediction and target must have the same number of values and at least one, got {} and {}", metric,
         prediction.numel(), target.numel());
  return {prediction.detach().to(at::kCPU, at::kDouble).flatten(), target.detach().to(at::kCPU, at::kDouble).flatten(),
          weights(metric, weight, target.numel())};
}

Measured classes(const char* metric, const Tensor& guess, const Tensor& target, const Tensor& weight) {
  auto [given, wanted, counted] = values(metric, guess, target, weight);
  return {given.to(at::kLong), wanted.to(at::kLong), counted};
}

Measured scored(const char* metric, const Tensor& probability, const Tensor& target, const Tensor& weight) {
  auto given = probability.detach().to(at::kCPU, at::kDouble);
  if (given.dim() == 2 && given.size(1) == 1) given = given.squeeze(1);
  if (given.dim() == 1) given = at::stack({1 - given, given}, 1);
  auto wanted = target.detach().to(at::kCPU, at::kLong).flatten();
  if (given.dim() != 2 || given.size(0) != wanted.size(0) || wanted.size(0) == 0)
    fail(ErrorKind::input, "{}: probability must be (N, C) or (N) for N > 0 targets, got ({}) for {} targets", metric,
         fmt::join(probability.sizes(), ", "), wanted.size(0));
  const auto low = wanted.min().item<int64_t>(), high = wanted.max().item<int64_t>();
  if (low < 0 || high >= given.size(1))
    fail(ErrorKind::input, "{}: targets must be in 0 .. {}, got {}", metric, given.size(1) - 1, low < 0 ? low : high);
  return {given, wanted, weights(metric, weight, wanted.size(0))};
}

double mean(const Tensor& value, const Tensor& weight) {
  return value.to(at::kDouble).dot(weight).item<double>() / weight.sum().item<double>();
}

Cuts cuts(const Tensor& score, const Tensor& positive, const Tensor& weight) {
  const auto counted = weight.gt(0);
  const auto [value, place, unused] =
      at::_unique2(score.masked_select(counted), /*sorted=*/true, /*return_inverse=*/true);
  const auto some = weight.masked_select(counted);
  const auto taken = [&](const Tensor& rows) {
    const auto mine = some * rows.masked_select(counted).to(at::kDouble);
    return at::zeros_like(value).index_add_(0, place, mine).flip(0).cumsum(0);
  };
  return {value.flip(0), taken(positive), taken(positive.logical_not())};
}

}  // namespace reszoo::detail
