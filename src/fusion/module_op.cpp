// Modules that run as they are, and the network's input.
#include <ATen/ops/zeros.h>

#include "fusion/maps.h"

namespace reszoo::detail {
namespace {

class InputOp : public PrimitiveOp<ops::Input> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "input"; }
  Kernel plan(const PlanRequest& request) const override { return {.output = request.x()}; }
};

class ModuleOp : public PrimitiveOp<ops::Module> {
 public:
  using PrimitiveOp::PrimitiveOp;
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

}  // namespace

void add_module_ops(FusedOps& ops) {
  ops.add<InputOp>();
  ops.add<ModuleOp>();
}

}  // namespace reszoo::detail
