// Modules that run as they are.
#include <ATen/ops/zeros.h>

#include "fusion/module_ops.h"
#include "fusion/tensors.h"
#include "reszoo/nn/member_linear.h"

namespace reszoo::detail {
namespace {

/// A module that runs as it is.
class ModuleOp : public BoundOp {
 public:
  ModuleOp(const ops::Module& module, const TensorType& type) : module_(module), type_(type) {}

  std::string kind() const override { return "module"; }
  bool per_sample() const override { return module_.per_sample; }
  TensorFunction bind(const TensorType& type) const override { return bind_module(module_)(type); }

  /// The output shape of a module is found by running it.
  Kernel plan(const PlanRequest& request) const override {
    const auto zeros = at::zeros(request.x(), at::device(type_.device).dtype(type_.module_type));
    return tensor_kernel(request, evaluate(module_, {zeros}).sizes().vec(), bind({}));
  }

 private:
  const ops::Module module_;
  const TensorType type_;
};

}  // namespace

Bind bind_module(const ops::Module& module) {
  return [module](const TensorType& type) -> TensorFunction {
    return
        [module, type](const auto& inputs) { return evaluate(module, {inputs[0].to(type.module_type)}).to(type.type); };
  };
}

std::shared_ptr<const FusedOp> make_module_op(const ops::Module& module, const TensorType& type) {
  for (auto* make : {make_member_linear, make_member_head, make_table_encoder})
    if (auto op = make(module)) return op;
  return std::make_shared<const ModuleOp>(module, type);
}

/// An epilogue changes the result in place, which for another module may be a view of its input.
EpilogueSupport module_epilogue(const ops::Module& module) {
  const bool own = module.module.ptr()->as<BatchEnsembleLinearImpl>() != nullptr;
  return own ? EpilogueSupport::residual_and_activation : EpilogueSupport::none;
}

}  // namespace reszoo::detail
