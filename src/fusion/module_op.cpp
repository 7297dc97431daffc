// Modules that run as they are, and the network's input.
#include "fusion/module_ops.h"
#include "reszoo/nn/member_linear.h"

namespace reszoo::detail {
namespace {

class InputOp : public PrimitiveOp<ops::Input> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "input"; }
  Kernel plan(const PlanRequest& request) const override { return {.output = request.x()}; }
};

}  // namespace

std::shared_ptr<const FusedOp> ModuleOp::make(const ops::Module& module) {
  for (auto* make : {make_member_linear, make_member_head, make_table_encoder})
    if (auto op = make(module)) return op;
  return std::make_shared<const ModuleOp>(module);
}

/// An epilogue changes the result in place, which for another module may be a view of its input.
EpilogueSupport ModuleOp::epilogue(const ops::Module& module) {
  const bool own = module.module.ptr()->as<BatchEnsembleLinearImpl>() != nullptr;
  return own ? EpilogueSupport::residual_and_activation : EpilogueSupport::none;
}

void add_module_ops(FusedOps& ops) {
  ops.add<InputOp>();
  ops.add<ModuleOp>();
}

}  // namespace reszoo::detail
