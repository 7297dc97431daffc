/// Runs a program with one tensor per result, mostly with LibTorch's operators: on any device, in any floating-point
/// dtype.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fusion/program.h"

namespace reszoo::detail {

/// Safe to call from many threads.
class EagerExecutor {
 public:
  EagerExecutor(std::shared_ptr<const Program> program, const TensorType& type);

  /// Called after each node with its index and its result.
  using Observer = std::function<void(size_t node, const Tensor& result)>;

  /// Returns the program's outputs, in the dtype of x. `observe_product` is called for layers whose epilogue adds
  /// something, with the result before the sum.
  std::vector<Tensor> run(const Tensor& x, const Observer& observe = {}, const Observer& observe_product = {}) const;

  /// Returns the precision that it computes in: "bfloat16", "float32", …
  std::string precision() const;

 private:
  struct Layer {
    TensorFunction function = {};  ///< without the epilogue; empty for our own kernels
    size_t last = 0;               ///< the last node that reads the result
  };

  bool has_kernels() const { return type_.device.is_cpu() && type_.type == at::kFloat; }
  void find_last_readers();
  Tensor compute(size_t node, const std::vector<Tensor>& values, const Observer& observe_product) const;

  std::shared_ptr<const Program> program_;
  TensorType type_;
  std::vector<Layer> layers_;
};

}  // namespace reszoo::detail
