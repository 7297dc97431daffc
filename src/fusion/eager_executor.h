/// Runs a program with one tensor per result, mostly with LibTorch's operators: on any device, in any floating-point
/// dtype, and with int8 layers.
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
  /// Layers of `quantization` compute in int8 where the range of their input is known. Without a quantization none
  /// does.
  EagerExecutor(std::shared_ptr<const Program> program, const TensorType& type, const Quantization& quantization = {});

  /// Called after each node with its index, and with its floating-point result if it has one.
  using Observer = std::function<void(size_t node, const Tensor& result)>;

  /// Returns the program's outputs, in the dtype of x.
  std::vector<Tensor> run(const Tensor& x, const Observer& observe = {}) const;

  /// Returns the precision that the node computes in: "int8", "bfloat16", "float32", …
  std::string algorithm(size_t node) const;

 private:
  /// The state of a node that does not change from run to run.
  struct Layer {
    TensorFunction function = {};    ///< without the epilogue; empty for int8 layers and for our own kernels
    Tensor bias = {};                ///< of an int8 layer, float32
    QuantizedWeight quantized = {};  ///< defined if the layer computes in int8
    mutable Tensor packed = {};      ///< the packed int8 weights; defined after the first run
    std::optional<kernels::QuantParams> grid = {};  ///< quantization of the result, if int8 layers read it
    bool quantized_output = false;                  ///< whether the result is written as integers
    size_t last = 0;                                ///< the last node that reads the result
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

/// Returns the range of a node's result, found by its name or by one of its aliases; nullptr if there is none.
const ValueRange* range_of(const Quantization& quantization, const FusedNode& node);

}  // namespace reszoo::detail
