/// Runs kernels with every instruction set of this processor, and compares them with LibTorch.
#pragma once
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <functional>
#include <utility>
#include <vector>

#include "kernels/epilogue.h"

namespace reszoo::kernels {

using at::Tensor;

/// Calls `test` with the name of each target while kernels are dispatched to it.
inline void for_each_target(const std::function<void(const char* target)>& test) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    test(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// Converts (N, C, H, W) to channels-last (N, H, W, C).
inline Tensor by_pixel(const Tensor& maps) { return maps.permute({0, 2, 3, 1}).contiguous(); }

/// Returns the largest difference, relative to the largest expected value, which may be 0 after a ReLU.
inline double error_of(const Tensor& actual, const Tensor& expected) {
  return ((actual - expected).abs().max() / expected.abs().max().clamp_min(1e-3)).item<double>();
}

/// Each activation and LibTorch's function.
inline const std::vector<std::pair<Activation, std::function<Tensor(const Tensor&)>>>& activations() {
  static const std::vector<std::pair<Activation, std::function<Tensor(const Tensor&)>>> all{
      {Activation::none, [](const Tensor& x) { return x; }},
      {Activation::relu, [](const Tensor& x) { return at::relu(x); }},
      {Activation::relu6, [](const Tensor& x) { return at::clamp(x, 0, 6); }},
      {Activation::sigmoid, [](const Tensor& x) { return at::sigmoid(x); }},
      {Activation::silu, [](const Tensor& x) { return at::silu(x); }},
      {Activation::gelu, [](const Tensor& x) { return at::gelu(x); }},
      {Activation::hard_swish, [](const Tensor& x) { return at::hardswish(x); }}};
  return all;
}

}  // namespace reszoo::kernels
