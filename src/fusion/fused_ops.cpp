#include "fusion/fused_ops.h"

#include "fusion/module_ops.h"
#include "fusion/tensors.h"
#include "runtime/ops.h"

namespace reszoo::detail {
namespace {

/// What the runtime's operation consists of.
template <typename Of>
const Of& data_of(const Of& op) {
  return op;
}

GroupNorm data_of(const ops::GroupNorm& norm) {
  return {norm.groups, floats_of(norm.weight), floats_of(norm.bias), norm.epsilon};
}

LayerNorm data_of(const ops::LayerNorm& norm) {
  return {norm.shape, floats_of(norm.weight), floats_of(norm.bias), norm.epsilon};
}

BlurPool data_of(const ops::BlurPool& pool) { return {floats_of(pool.filter), pool.stride}; }

ChannelConv data_of(const ops::ChannelConv& conv) { return {floats_of(conv.weight)}; }

/// A norm of images that LibTorch's operators compute.
class TensorNormOp : public BoundOp {
 public:
  TensorNormOp(std::string kind, int64_t channels, Bind bind)
      : kind_(std::move(kind)), channels_(channels), bind_(std::move(bind)) {}

  std::string kind() const override { return kind_; }
  TensorFunction bind(const TensorType& type) const override { return bind_(type); }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || x[1] != channels_) request.reject();
    return tensor_kernel(request, x, bind({}));
  }

 private:
  std::string kind_;
  int64_t channels_;
  Bind bind_;
};

std::type_index type_of(const Primitive& primitive) {
  return std::visit([](const auto& op) { return std::type_index(typeid(op)); }, primitive);
}

}  // namespace

Bind bind_primitive(const Primitive& primitive) {
  return [primitive](const TensorType& type) -> TensorFunction {
    return [bound = converted(primitive, type.options())](const auto& inputs) { return evaluate(bound, inputs); };
  };
}

template <typename Of>
void FusedOps::add(EpilogueSupport epilogue) {
  rows_[typeid(Of)] = {[](const Primitive& it, const TensorType&) -> std::shared_ptr<const FusedOp> {
                         return std::make_shared<const TorchOp>(make_op(data_of(std::get<Of>(it))), bind_primitive(it));
                       },
                       [epilogue](const Primitive&) { return epilogue; }};
}

template <typename Of>
void FusedOps::add_norm(const char* kind) {
  rows_[typeid(Of)] = {[kind](const Primitive& it, const TensorType&) -> std::shared_ptr<const FusedOp> {
                         return std::make_shared<const TensorNormOp>(kind, std::get<Of>(it).weight.numel(),
                                                                     bind_primitive(it));
                       },
                       [](const Primitive&) { return EpilogueSupport::residual_and_activation; }};
}

FusedOps::FusedOps() {
  add<ops::Add>(EpilogueSupport::activation);
  add<ops::Activation>();
  add<ops::GroupNorm>(EpilogueSupport::residual_and_activation);
  add<ops::LayerNorm>(EpilogueSupport::residual_and_activation);
  add_norm<ops::EvoNorm>("evo_norm");
  add_norm<ops::ResponseNorm>("response_norm");
  add<ops::MaxPool>();
  add<ops::AvgPool>();
  add<ops::BlurPool>();
  add<ops::ChannelScale>(EpilogueSupport::residual_and_activation);
  add<ops::ChannelConv>(EpilogueSupport::activation);
  add<ops::Pad>();
  add<ops::PadChannels>();
  add<ops::Flatten>();
  add<ops::Unflatten>();
  add<ops::PixelShuffle>(EpilogueSupport::residual_and_activation);
  // LibTorch has nothing to compute for an input.
  rows_[typeid(ops::Input)] = {[](const Primitive&, const TensorType&) { return make_op(ops::Input{}); },
                               [](const Primitive&) { return EpilogueSupport::none; }};
  rows_[typeid(ops::Module)] = {
      [](const Primitive& it, const TensorType& type) { return make_module_op(std::get<ops::Module>(it), type); },
      [](const Primitive& it) { return module_epilogue(std::get<ops::Module>(it)); }};
}

const FusedOps& FusedOps::all() {
  static const FusedOps all;
  return all;
}

std::shared_ptr<const FusedOp> FusedOps::make(const Primitive& primitive, const TensorType& type) const {
  return rows_.at(type_of(primitive)).make(primitive, type);
}

EpilogueSupport FusedOps::epilogue(const Primitive& primitive) const {
  const auto found = rows_.find(type_of(primitive));
  return found == rows_.end() ? EpilogueSupport::none : found->second.epilogue(primitive);
}

}  // namespace reszoo::detail
