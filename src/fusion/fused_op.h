/// A fused operation: what it makes of shapes, how it runs on planned memory, and how it runs on tensors.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include "fusion/conv_layer.h"
#include "reszoo/graph/operation.h"

namespace reszoo::detail {

using Shape = std::vector<int64_t>;

/// Device and types of results.
struct TensorType {
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;         ///< of maps and folded weights
  at::ScalarType module_type = at::kFloat;  ///< of modules that run as they are
};

/// What follows an operation before its result is stored: y = activation(op(x) + residual).
struct Epilogue {
  bool residual = false;  ///< the last input is added
  std::optional<ops::Activation> activation = {};

  bool empty() const { return !residual && !activation; }
};

/// What a plan may choose.
struct PlanOptions {
  int64_t threads = 1;
  bool winograd = true, autotune = false;
  std::map<std::string, kernels::ConvAlgorithm> algorithms;  ///< of layers by key
  TensorType type;
};

/// An operation that is asked for its kernel.
struct PlanRequest {
  const std::string& key;
  std::vector<Shape> inputs;  ///< the residual is the last one
  const Epilogue& epilogue;
  const PlanOptions& options;

  const Shape& x() const { return inputs[0]; }
  /// Throws: Error (input) that the operation takes no such shape.
  [[noreturn]] void reject() const;
};

/// Memory of a call, float32. Maps are channels-last.
struct KernelCall {
  std::vector<const float*> inputs;
  float* y;
  float* scratch;  ///< nullptr if the kernel wants none
  int64_t threads;

  const float* x() const { return inputs[0]; }
  const float* residual(const Epilogue& epilogue) const { return epilogue.residual ? inputs.back() : nullptr; }
};

/// An operation that is ready to run for one shape.
struct Kernel {
  Shape output;
  std::function<void(const KernelCall& call)> run = {};
  int64_t scratch = 0;                                   ///< floats of working memory
  std::optional<size_t> overwrites = {};                 ///< an input whose memory the result may take
  std::optional<kernels::ConvAlgorithm> algorithm = {};  ///< of a convolution or linear layer
  int64_t multiply_adds = 0;
};

/// An operation on tensors, without its epilogue; maps are channels-last.
using TensorFunction = std::function<Tensor(const std::vector<Tensor>& inputs)>;

/// Does not change once it is made; safe to call from many threads.
class FusedOp {
 public:
  virtual ~FusedOp() = default;

  /// As it is printed: "conv", "max_pool".
  virtual std::string kind() const = 0;

  /// The kernel for these shapes, float32 on a CPU.
  /// Throws: Error (input) if the operation does not take them.
  virtual Kernel plan(const PlanRequest& request) const = 0;

  /// The operation with its weights on a device and in a type.
  virtual TensorFunction bind(const TensorType& type) const = 0;

  /// Whether the result of a sample depends on that sample alone.
  virtual bool per_sample() const { return true; }
};

/// What a kernel applies before it stores its result.
enum class EpilogueSupport { none, activation, residual_and_activation };

/// An operation whose tensor path is that of its primitive.
template <typename Primitive>
class PrimitiveOp : public FusedOp {
 public:
  using Of = Primitive;
  static constexpr auto kEpilogue = EpilogueSupport::none;  ///< hidden by operations whose kernels apply one

  explicit PrimitiveOp(Primitive primitive_) : primitive(std::move(primitive_)) {}

  TensorFunction bind(const TensorType& type) const override {
    return [bound = converted(primitive, at::device(type.device).dtype(type.type))](const auto& inputs) {
      return evaluate(bound, inputs);
    };
  }

  const Primitive primitive;
};

/// Makes operations from primitives. Each type of primitive has a row, which the file of its operation adds.
class FusedOps {
 public:
  /// Adds the row of `Op::Of`: an `Op` is made from it.
  template <typename Op>
  void add() {
    using Of = typename Op::Of;
    rows_[typeid(Of)] = {[](const Primitive& it) { return std::make_shared<const Op>(std::get<Of>(it)); },
                         Op::kEpilogue};
  }

  std::shared_ptr<const FusedOp> make(const Primitive& primitive) const;

  /// `none` for a primitive without a row.
  EpilogueSupport epilogue(const Primitive& primitive) const;

 private:
  struct Row {
    std::function<std::shared_ptr<const FusedOp>(const Primitive& primitive)> make;
    EpilogueSupport epilogue;
  };
  std::unordered_map<std::type_index, Row> rows_;
};

// The rows of each file. Layers, norms with kept statistics and adaptive pools have none: what was folded into them is
// made with them, by the functions below.
void add_module_ops(FusedOps& ops);
void add_norm_ops(FusedOps& ops);
void add_pad_ops(FusedOps& ops);
void add_pointwise_ops(FusedOps& ops);
void add_pool_ops(FusedOps& ops);
void add_reshape_ops(FusedOps& ops);
void add_scale_ops(FusedOps& ops);

/// `flat`: the result is (N, C), a Flatten that followed was folded in.
std::shared_ptr<const FusedOp> make_pool(const ops::AdaptiveAvgPool& pool, bool flat);
/// x * scale + shift, (C) each, float32.
std::shared_ptr<const FusedOp> make_scale_shift(Tensor scale, Tensor shift);

/// A convolution or linear layer. The layer is shared by the programs of one network.
struct ConvOp : FusedOp {
  ConvOp(std::shared_ptr<const ConvLayer> layer_, bool linear_) : layer(std::move(layer_)), linear(linear_) {}

  std::string kind() const override { return linear ? "linear" : "conv"; }
  Kernel plan(const PlanRequest& request) const override;
  TensorFunction bind(const TensorType& type) const override;

  const std::shared_ptr<const ConvLayer> layer;
  const bool linear;
};

}  // namespace reszoo::detail
