/// Linear layers of k networks in one.
///
/// The k members of a network lie side by side: a row is (N, k * width), member i's
/// features from i * width on. So norms, activations, dropout and residual blocks
/// are those of any row.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// How the scales of the first layer begin, by which members differ.
enum class ScaleStart {
  ones,          ///< no difference: of every layer but the first
  random_signs,  ///< +1 or -1
  normal,        ///< N(0, 1)
};

/// A scale a member and feature: y_i = w_i * x.
struct MemberScaleOptions {
  MemberScaleOptions(int64_t members, int64_t width) : members_(members), width_(width) {}
  TORCH_ARG(int64_t, members);
  TORCH_ARG(int64_t, width);
  TORCH_ARG(ScaleStart, start) = ScaleStart::random_signs;
  /// Widths of neighbouring features that begin with the same scale, the features
  /// of one column; together `width`. Empty: each has its own.
  TORCH_ARG(std::vector<int64_t>, chunks) = {};
};

/// Gives each member its own view of a row: y_i = w_i * x.
///
/// Shape: (N, width) to (N, members * width).
/// Keys: `weight` (members, width).
/// Throws: Error (usage) for chunks that do not sum to width, members or width < 1.
/// Source: Gorishniy et al. 2024, arXiv:2410.24210, section 3.3 ("TabM-mini").
class MemberScaleImpl : public nn::Cloneable<MemberScaleImpl> {
 public:
  explicit MemberScaleImpl(const MemberScaleOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  MemberScaleOptions options;
  Tensor weight;
};
TORCH_MODULE(MemberScale);

/// Options of the layers: members, and the features that one takes and gives.
struct MemberLinearOptions {
  MemberLinearOptions(int64_t members, int64_t in, int64_t out) : members_(members), in_(in), out_(out) {}
  TORCH_ARG(int64_t, members);
  TORCH_ARG(int64_t, in);
  TORCH_ARG(int64_t, out);
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(ScaleStart, start) = ScaleStart::ones;     ///< of r
  TORCH_ARG(std::vector<int64_t>, chunks) = {};        ///< of r, as MemberScaleOptions has them
};

/// One matrix for all members, between scales of each: y_i = s_i * W(r_i * x_i) + b_i.
///
/// Shape: (N, members * in), or (N, in) that every member reads; to (N, members * out).
/// Keys: `weight` (out, in), `r` (members, in), `s` and `bias` (members, out). W
/// begins uniform in ±1/√in, biases too, alike for all members; s begins as ones.
/// Throws: as MemberScale.
/// Source: Wen et al. 2020, arXiv:2002.06715, equation (5); Gorishniy et al. 2024,
/// arXiv:2410.24210, section 3.3.
class BatchEnsembleLinearImpl : public nn::Cloneable<BatchEnsembleLinearImpl> {
 public:
  explicit BatchEnsembleLinearImpl(const MemberLinearOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  MemberLinearOptions options;
  Tensor weight, r, s, bias;
};
TORCH_MODULE(BatchEnsembleLinear);

/// One linear layer for all members: y_i = W x_i + b.
///
/// Shape: (N, members * in) to (N, members * out).
/// Keys: `weight` (out, in), `bias` (out); begin as those of a linear layer.
class SharedLinearImpl : public nn::Cloneable<SharedLinearImpl> {
 public:
  explicit SharedLinearImpl(const MemberLinearOptions& options_) : options(options_) { reset(); }
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  MemberLinearOptions options;
  Tensor weight, bias;
};
TORCH_MODULE(SharedLinear);

}  // namespace reszoo
