/// Modules that run as they are, and those with kernels of their own.
#pragma once
#include <ATen/ops/zeros.h>

#include "fusion/maps.h"

namespace reszoo::detail {

/// A module that runs as it is.
class ModuleOp : public PrimitiveOp<ops::Module> {
 public:
  using PrimitiveOp::PrimitiveOp;
  /// Returns the operation of a module: one of those below if there is one.
  static std::shared_ptr<const FusedOp> make(const ops::Module& module);
  static EpilogueSupport epilogue(const ops::Module& module);

  std::string kind() const override { return "module"; }
  bool per_sample() const override { return primitive.per_sample; }

  /// The output shape of a module is found by running it.
  Kernel plan(const PlanRequest& request) const override {
    const auto& type = request.options.type;
    const auto zeros = at::zeros(request.x(), at::device(type.device).dtype(type.module_type));
    return tensor_kernel(request, evaluate(primitive, {zeros}).sizes().vec(), bind({}));
  }

  TensorFunction bind(const TensorType& type) const override {
    return [module = primitive, type](const auto& inputs) {
      return evaluate(module, {inputs[0].to(type.module_type)}).to(type.type);
    };
  }
};

// Operations with kernels; null for another module, or options that the kernel does not have. They sum in the order of
// MKL, where that is known.
std::shared_ptr<const FusedOp> make_member_head(const ops::Module& module);
std::shared_ptr<const FusedOp> make_member_linear(const ops::Module& module);
std::shared_ptr<const FusedOp> make_table_encoder(const ops::Module& module);

}  // namespace reszoo::detail
