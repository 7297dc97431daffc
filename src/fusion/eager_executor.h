/// Runs a program with a tensor for each result, for the most part by LibTorch's operators: on any device, in any
/// floating type, and with layers in 8-bit integers.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "fusion/program.h"
#include "kernels/quantize.h"
#include "reszoo/fusion/quantize.h"
#include "reszoo/weights/quantized.h"

namespace reszoo::detail {

/// Safe to call from many threads.
class EagerExecutor {
 public:
  /// Layers of `quantization` compute in integers where the range of their input is known; none without one.
  EagerExecutor(std::shared_ptr<const Program> program, const TensorType& type, const Quantization& quantization = {});

  /// Called with the index of each node after it ran, and its floating-point result, if it has one.
  using Observer = std::function<void(size_t node, const Tensor& result)>;

  /// The results that the program is asked for, in the type of x.
  std::vector<Tensor> run(const Tensor& x, const Observer& observe = {}) const;

  /// How the node computes: "int8", "bfloat16", "float32", …
  std::string algorithm(size_t node) const;

 private:
  /// What does not change from run to run.
  struct Layer {
    TensorFunction function = {};    ///< without the epilogue; empty for integers and for our own kernels
    Tensor bias = {};                ///< of a layer in integers, float32
    QuantizedWeight quantized = {};  ///< defined if the layer computes in integers
    mutable Tensor packed = {};      ///< of these, once it ran
    std::optional<kernels::QuantParams> grid = {};  ///< that the result has, if it is read as integers
    bool quantized_output = false;                  ///< the result is written as integers
    size_t last = 0;                                ///< the last node that reads it
    bool is_int8() const { return quantized.values.defined(); }
  };
  struct Run;

  bool has_kernels() const { return type_.device.is_cpu() && type_.type == at::kFloat; }
  void find_last_readers();
  void prepare_int8(const Quantization& quantization);
  Tensor packed(size_t node, const kernels::ConvShape& shape) const;

  std::shared_ptr<const Program> program_;
  TensorType type_;
  std::vector<Layer> layers_;
  mutable std::mutex mutex_;
};

/// The range of a node's result by its name, or by one of its aliases; nullptr if there is none.
const ValueRange* range_of(const Quantization& quantization, const FusedNode& node);

}  // namespace reszoo::detail
