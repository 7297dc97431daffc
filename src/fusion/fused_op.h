/// A fused operation: its output shapes, its kernel on planned memory, and its function on tensors.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include "fusion/conv_layer.h"
#include "kernels/dot_gemm.h"
#include "reszoo/fusion/quantize.h"
#include "reszoo/graph/operation.h"

namespace reszoo::detail {

using Shape = std::vector<int64_t>;

/// The device and the dtypes of results.
struct TensorType {
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;         ///< of activations and folded weights
  at::ScalarType module_type = at::kFloat;  ///< of modules that run as they are
};

/// The work that follows an operation before its result is stored: y = activation(op(x) + residual).
struct Epilogue {
  bool residual = false;  ///< whether the last input is added
  std::optional<ops::Activation> activation = {};

  bool empty() const { return !residual && !activation; }
};

/// The options of an execution plan.
struct PlanOptions {
  int64_t threads = 1;
  bool winograd = true, autotune = false;
  std::map<std::string, kernels::ConvAlgorithm> algorithms;  ///< of layers, by key
  TensorType type;
  std::optional<kernels::DotType> dot = {};  ///< the type of products; undefined: float32
  Quantization quantization = {};            ///< for products of int8
};

/// How a result is kept in memory, if not as its shape says: images with more channels, and with a border of padding.
struct Kept {
  kernels::StoredAs as = {};
  int64_t channels = 0;  ///< 0: those of the shape
  std::array<int64_t, 2> border{0, 0};
};

/// The products of a layer in reduced precision.
struct DotRequest {
  kernels::DotType type;
  kernels::StoredAs reads;  ///< how the layer's input is read
};

/// The arguments of `FusedOp::plan`.
struct PlanRequest {
  const std::string& key;
  std::vector<Shape> inputs;  ///< the residual is the last one
  const Epilogue& epilogue;
  const PlanOptions& options;
  std::vector<Kept> kept = {};         ///< how the inputs are kept; empty: float32
  kernels::StoredAs wanted = {};       ///< how the nodes that read the result want it
  std::optional<DotRequest> dot = {};  ///< of this layer; undefined: float32

  const Shape& x() const { return inputs[0]; }
  /// Throws: Error (input) saying that the operation does not accept these shapes.
  [[noreturn]] void reject() const;
};

/// Buffers of a call, float32 unless the kernel says otherwise. Images are channels-last.
struct KernelCall {
  std::vector<const float*> inputs;
  float* y;
  float* scratch;  ///< nullptr if the kernel needs none
  int64_t threads;

  const float* x() const { return inputs[0]; }
  const float* residual(const Epilogue& epilogue) const { return epilogue.residual ? inputs.back() : nullptr; }
};

/// An operation that is ready to run for one shape.
struct Kernel {
  Shape output;
  std::function<void(const KernelCall& call)> run = {};
  int64_t scratch = 0;                    ///< size of the scratch memory in floats
  std::optional<size_t> overwrites = {};  ///< an input whose memory the result may overwrite
  std::string algorithm = {};             ///< of a convolution or linear layer: "direct", "bfloat16", …
  int64_t multiply_adds = 0;
  /// How the kernel reads each input; the plan converts those that are kept otherwise. Empty: all are float32.
  std::vector<kernels::StoredAs> reads = {};
  kernels::StoredAs writes = {};  ///< how the kernel stores its result
  bool by_libtorch = false;       ///< by an operator of LibTorch, with its own threads
};

/// An operation on tensors, without its epilogue. Images are channels-last.
using TensorFunction = std::function<Tensor(const std::vector<Tensor>& inputs)>;

/// Immutable after construction; safe to call from many threads.
class FusedOp {
 public:
  virtual ~FusedOp() = default;

  /// Returns the name for printing: "conv", "max_pool".
  virtual std::string kind() const = 0;

  /// Returns the kernel for these shapes, float32 on a CPU.
  /// Throws: Error (input) if the operation does not accept them.
  virtual Kernel plan(const PlanRequest& request) const = 0;

  /// Returns the operation with its weights on a device and in a dtype.
  virtual TensorFunction bind(const TensorType& type) const = 0;

  /// Whether the result for a sample depends on that sample alone.
  virtual bool per_sample() const { return true; }

  /// Whether kernels read their input (or residual) as it is kept, in bfloat16 or int8.
  virtual bool reads_kept() const { return false; }
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
  /// Adds the row of `Op::Of`. If `Op` has functions `make` and `epilogue`, they make the operation and say what it
  /// applies; otherwise it is an `Op`, with `Op::kEpilogue`.
  template <typename Op>
  void add() {
    using Of = typename Op::Of;
    rows_[typeid(Of)] = {[](const Primitive& it) -> std::shared_ptr<const FusedOp> {
                           if constexpr (requires { Op::make(std::get<Of>(it)); }) return Op::make(std::get<Of>(it));
                           else return std::make_shared<const Op>(std::get<Of>(it));
                         },
                         [](const Primitive& it) {
                           if constexpr (requires { Op::epilogue(std::get<Of>(it)); })
                             return Op::epilogue(std::get<Of>(it));
                           else return Op::kEpilogue;
                         }};
  }

  std::shared_ptr<const FusedOp> make(const Primitive& primitive) const;

  /// `none` for a primitive without a row.
  EpilogueSupport epilogue(const Primitive& primitive) const;

 private:
  struct Row {
    std::function<std::shared_ptr<const FusedOp>(const Primitive& primitive)> make;
    std::function<EpilogueSupport(const Primitive& primitive)> epilogue;
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
/// x * scale + shift; both are (C), float32.
std::shared_ptr<const FusedOp> make_scale_shift(Tensor scale, Tensor shift);

/// A convolution or linear layer. The programs of one network share the layer.
struct ConvOp : FusedOp {
  ConvOp(std::shared_ptr<const ConvLayer> layer_, bool linear_) : layer(std::move(layer_)), linear(linear_) {}

  std::string kind() const override { return linear ? "linear" : "conv"; }
  Kernel plan(const PlanRequest& request) const override;
  TensorFunction bind(const TensorType& type) const override;
  bool reads_kept() const override { return true; }

  const std::shared_ptr<const ConvLayer> layer;
  const bool linear;
};

}  // namespace reszoo::detail
