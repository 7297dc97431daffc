/// Linear layers side by side.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of an NLinear: the number of layers, and the features that each takes
/// and gives.
struct NLinearOptions {
  NLinearOptions(int64_t layers, int64_t in, int64_t out) : layers_(layers), in_(in), out_(out) {}
  TORCH_ARG(int64_t, layers);
  TORCH_ARG(int64_t, in);
  TORCH_ARG(int64_t, out);
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(bool, flat) = false;  ///< whether it gives rows (N, layers * out)
};

/// Applies n linear layers, each to its own part of a row: y_i = x_i W_i + b_i.
///
/// Shape: (N, n, in), rows (N, n * in), or rows (N, in) that every layer reads; to
/// (N, n, out), or rows (N, n * out) when flat.
/// Keys: `weight` (n, in, out), `bias` (n, out); weights begin uniform in ±1/√in.
/// Source: `LinearEnsemble` of the package tabm, `_NLinear` of rtdl_num_embeddings.
class NLinearImpl : public nn::Cloneable<NLinearImpl> {
 public:
  explicit NLinearImpl(const NLinearOptions& options_) : options(options_) { reset(); }
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  NLinearOptions options;
  Tensor weight, bias;
};
TORCH_MODULE(NLinear);

}  // namespace reszoo
