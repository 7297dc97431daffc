/// Several linear layers that run in parallel.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of an NLinear.
struct NLinearOptions {
  int64_t layers = 0;  ///< n
  int64_t in = 0;      ///< input features of one layer
  int64_t out = 0;     ///< output features of one layer
  bool bias = true;
  bool flat = false;  ///< whether the output is (N, layers * out) instead of (N, layers, out)
};

/// Applies n linear layers, each to its own part of the features: y_i = x_i W_i + b_i.
///
/// Shape: (N, n, in), (N, n * in), or (N, in) if all layers read the same input, to (N, n, out), or (N, n * out) if
/// `flat`.
/// Keys: `weight` (n, in, out), `bias` (n, out); initially uniform in ±1/√in.
/// Throws: Error (usage) if layers, in or out < 1.
/// Source: `LinearEnsemble` of the package tabm, `_NLinear` of rtdl_num_embeddings.
class NLinearImpl : public nn::Cloneable<NLinearImpl> {
 public:
  explicit NLinearImpl(const NLinearOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  NLinearOptions options;
  Tensor weight, bias;
};
TORCH_MODULE(NLinear);

}  // namespace reszoo
