/// A fused operation: the shape of its result, and its kernel on planned memory.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/conv.h"
#include "kernels/dot_gemm.h"
#include "reszoo/runtime/quantization.h"
#include "reszoo/runtime/weightless_ops.h"
#include "runtime/array.h"
#include "runtime/fields.h"

namespace reszoo::detail {

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
  std::map<std::string, kernels::ConvAlgorithm> algorithms = {};  ///< of layers, by key
  std::optional<kernels::DotType> dot = {};                       ///< the type of products; undefined: float32
  Quantization quantization = {};                                 ///< for products of int8
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
  /// Empty if there is no kernel of ours for this shape: `output` is its result's in that case too.
  std::function<void(const KernelCall& call)> run = {};
  int64_t scratch = 0;                    ///< size of the scratch memory in floats
  std::optional<size_t> overwrites = {};  ///< an input whose memory the result may overwrite
  std::string algorithm = {};             ///< of a convolution or linear layer: "direct", "bfloat16", …
  int64_t multiply_adds = 0;
  /// How the kernel reads each input; the plan converts those that are kept otherwise. Empty: all are float32.
  std::vector<kernels::StoredAs> reads = {};
  kernels::StoredAs writes = {};  ///< how the kernel stores its result
  bool foreign = false;           ///< by another library, with its own threads
};

struct ConvOp;

/// Immutable after construction; safe to call from many threads.
class FusedOp {
 public:
  virtual ~FusedOp() = default;

  /// Returns the name for printing: "conv", "max_pool".
  virtual std::string kind() const = 0;

  /// Returns the kernel for these shapes, float32 on a CPU.
  /// Throws: Error (input) if the operation does not accept them.
  virtual Kernel plan(const PlanRequest& request) const = 0;

  /// Whether the result for a sample depends on that sample alone.
  virtual bool per_sample() const { return true; }

  /// Whether kernels read their input (or residual) as it is kept, in bfloat16 or int8.
  virtual bool reads_kept() const { return false; }

  /// Returns the convolution or linear layer; nullptr if it is none.
  virtual const ConvOp* conv() const { return nullptr; }

  /// Returns the name of the type of operation in files; nullptr if a file cannot hold it.
  virtual const char* name() const { return nullptr; }

  /// Calls `each` for every part.
  virtual void write(Fields& each) const {}
};

/// An operation that consists of `Data`: a struct with a function `describe(Fields&, Data&)`, which lists its parts.
template <typename Data>
class DataOp : public FusedOp {
 public:
  using Of = Data;

  explicit DataOp(Data data_) : data(std::move(data_)) {}

  void write(Fields& each) const override {
    auto copy = data;
    describe(each, copy);
  }

  const Data data;
};

}  // namespace reszoo::detail
