/// The buffers of a module before and after a step.
#pragma once
#include <torch/nn/module.h>

#include <vector>

namespace reszoo::detail {

using at::Tensor;

/// Remembers the buffers of a module, such as the running statistics of norms, and takes back or adds up what a forward
/// pass has changed.
class StepBuffers {
 public:
  StepBuffers() = default;
  explicit StepBuffers(const torch::nn::Module& module);

  void remember();
  void restore();

  /// Returns the changes since `remember` times `rows`, as a vector with these options. Constants have none.
  Tensor changes(int64_t rows, const at::TensorOptions& options) const;

  /// Gives the buffers the mean of their changes, for the sum of `changes` of several passes over `rows` rows together.
  void take(const Tensor& changes, int64_t rows);

 private:
  std::vector<Tensor> all_, before_;
  std::vector<Tensor> changing_, changing_before_;  ///< those of numbers
};

}  // namespace reszoo::detail
