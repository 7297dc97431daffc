/// Runs many images through a network.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

namespace reszoo {

/// Prepares images with all threads and runs them in batches: consecutive images of the same size after preparation
/// together, 32 at most. `prepare` returns the input of an image by its index from 0, (1, C, H, W), and is called
/// concurrently; `run` takes (N, C, H, W) and returns (N, ...).
///
/// Shape: returns (count, ...); undefined for no images.
/// Throws: the error of the first image that fails.
at::Tensor run_images(int64_t count, const std::function<at::Tensor(int64_t image)>& prepare,
                      const std::function<at::Tensor(const at::Tensor& input)>& run);

}  // namespace reszoo
