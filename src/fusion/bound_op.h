/// Operations that LibTorch can run too: on any device, in any floating-point dtype.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/fused_op.h"

namespace reszoo::detail {

using at::Tensor;

/// The device and the dtypes of results.
struct TensorType {
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;         ///< of activations and folded weights
  at::ScalarType module_type = at::kFloat;  ///< of modules that run as they are

  at::TensorOptions options() const { return at::TensorOptions(device).dtype(type); }
};

/// An operation on tensors, without its epilogue. Images are channels-last.
using TensorFunction = std::function<Tensor(const std::vector<Tensor>& inputs)>;

/// Returns an operation with its weights on a device and in a dtype.
using Bind = std::function<TensorFunction(const TensorType& type)>;

/// An operation with a function on tensors.
class BoundOp : public FusedOp {
 public:
  virtual TensorFunction bind(const TensorType& type) const = 0;
};

/// An operation of the runtime. LibTorch's operators run it for shapes that have no kernel.
class TorchOp : public BoundOp {
 public:
  TorchOp(std::shared_ptr<const FusedOp> op, Bind bind) : op_(std::move(op)), bind_(std::move(bind)) {}

  std::string kind() const override { return op_->kind(); }
  Kernel plan(const PlanRequest& request) const override;
  bool per_sample() const override { return op_->per_sample(); }
  bool reads_kept() const override { return op_->reads_kept(); }
  const ConvOp* conv() const override { return op_->conv(); }
  const char* name() const override { return op_->name(); }
  void write(Fields& each) const override { op_->write(each); }
  TensorFunction bind(const TensorType& type) const override { return bind_(type); }

 private:
  const std::shared_ptr<const FusedOp> op_;
  const Bind bind_;
};

}  // namespace reszoo::detail
