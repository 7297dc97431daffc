/// A program that is run with a tensor for each result, for the most part by LibTorch's operators: on any device, in
/// any floating type, and with layers in whole numbers of 8 bits.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "infer/fused_op.h"
#include "kernels/quantize.h"
#include "reszoo/infer/quantize.h"
#include "reszoo/weights/quantized.h"

namespace reszoo::detail {

/// Safe to call from many threads.
class TensorProgram {
 public:
  /// Layers of `quantization` compute in whole numbers where the range of their input is known; none without one.
  TensorProgram(std::shared_ptr<const Program> program, const TensorType& type, const Quantization& quantization = {});

  /// Called with the number of each operation behind its run, and its result in floating numbers, if it has one.
  using Observer = std::function<void(size_t op, const Tensor& result)>;

  /// The results that the program is asked for, in the type of x.
  std::vector<Tensor> run(const Tensor& x, const Observer& observe = {}) const;

  /// How the operation computes: "int8", "bfloat16", "float32", …
  std::string way(size_t op) const;

 private:
  /// What does not change from run to run.
  struct Layer {
    Tensor weight, bias;                            ///< floating
    QuantizedWeight quantized = {};                 ///< defined if the layer computes in whole numbers
    mutable Tensor packed = {};                     ///< of these, once it ran
    Tensor scale, shift;                            ///< of scale_shift, which broadcast over a map
    std::optional<kernels::QuantParams> grid = {};  ///< that the result has, if it is read in bytes
    bool in_bytes = false;                          ///< the result is written in bytes
    size_t last = 0;                                ///< the last operation that reads it
    bool is_int8() const { return quantized.values.defined(); }
  };
  struct Run;

  bool has_kernels() const { return type_.device.is_cpu() && type_.type == at::kFloat; }
  void find_last_readers();
  void prepare_int8(const Quantization& quantization);
  Tensor packed(size_t op, const kernels::ConvShape& shape) const;

  std::shared_ptr<const Program> program_;
  TensorType type_;
  std::vector<Layer> layers_;
  mutable std::mutex mutex_;
};

}  // namespace reszoo::detail
