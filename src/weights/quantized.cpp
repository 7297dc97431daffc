#include "reszoo/weights/quantized.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>

#include <algorithm>
#include <set>

#include "kernels/quantize.h"
#include "reszoo/base/error.h"
#include "reszoo/base/spilled.h"

namespace reszoo {
namespace {

constexpr std::string_view kWeight = ".weight", kScale = "_scale";

/// Reshapes the scales (O) so that they broadcast to weights (O, ...) of any rank.
Tensor over_outputs(const Tensor& scale, const Tensor& weight) {
  std::vector<int64_t> shape(static_cast<size_t>(weight.dim()), 1);
  shape[0] = -1;
  return scale.reshape(shape);
}

void check(const QuantizedWeight& weight, const std::string& key, const std::string& source) {
  const auto& [values, scale] = weight;
  if (values.dim() < 1 || scale.dim() != 1 || scale.size(0) != values.size(0) || scale.scalar_type() != at::kFloat)
    fail(ErrorKind::file, "{}: {}{} must be float32 with a number for each output of {}, the file is damaged", source,
         key, kScale, key);
  if (!scale.isfinite().logical_and(scale > 0).all().item<bool>())
    fail(ErrorKind::file, "{}: {}{} must be above 0 and finite, the file is damaged", source, key, kScale);
}

/// Returns the weights in a temporary file.
Tensor spilled_weight(const QuantizedWeight& stored) {
  auto weight = spilled_if_possible(stored.values.sizes(), at::kFloat);
  weight.copy_(stored.values);
  weight.mul_(over_outputs(stored.scale, stored.values));
  release_pages(weight);
  release_pages(stored.values);
  return weight;
}

}  // namespace

QuantizedWeight QuantizedWeight::of(const Tensor& weight) {
  const auto real = weight.detach().to(at::kCPU, at::kFloat).contiguous();
  auto values = at::empty(real.sizes(), real.options().dtype(at::kChar));
  auto scale = at::empty({real.size(0)}, real.options());
  const auto of_output = real.numel() / std::max<int64_t>(1, real.size(0));
  for (int64_t i = 0; i < real.size(0); ++i)
    scale.mutable_data_ptr<float>()[i] = kernels::quantize_weights(
        real.const_data_ptr<float>() + i * of_output, of_output, values.mutable_data_ptr<int8_t>() + i * of_output);
  return {values.to(weight.device()), scale.to(weight.device())};
}

Tensor QuantizedWeight::weight() const { return values * over_outputs(scale, values); }

StateDict quantized(const StateDict& weights, const std::vector<std::string>& layers) {
  std::set<std::string> keys;
  for (const auto& layer : layers) keys.insert(layer + std::string(kWeight));
  StateDict result("key");
  for (const auto& item : weights) {
    if (!keys.contains(item.key())) {
      result.insert(item.key(), item.value());
      continue;
    }
    const auto made = QuantizedWeight::of(item.value());
    result.insert(item.key(), made.values);
    result.insert(item.key() + std::string(kScale), made.scale);
  }
  return result;
}

StateDict dequantized(const StateDict& weights, const std::string& source, bool spill) {
  StateDict result("key");
  const auto is_whole = [&](const std::string& key) {
    const auto* values = weights.find(key);
    return values && values->scalar_type() == at::kChar;
  };
  for (const auto& item : weights) {
    const auto& key = item.key();
    const auto* scale = weights.find(key + std::string(kScale));
    if (key.ends_with(kWeight) && is_whole(key)) {
      if (!scale) fail(ErrorKind::file, "{}: {} is int8 without {}{}, the file is damaged", source, key, key, kScale);
      const QuantizedWeight stored{item.value(), *scale};
      check(stored, key, source);
      result.insert(key, spill ? spilled_weight(stored) : stored.weight());
    } else if (!key.ends_with(kScale) || !is_whole(key.substr(0, key.size() - kScale.size()))) {
      result.insert(key, item.value());
    }
  }
  return result;
}

}  // namespace reszoo
