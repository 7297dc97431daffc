/// Linear layers of k networks in one (TabM).
///
/// The features of the k members are concatenated: a tensor is (N, k * width), and the features of member i start at
/// index i * width. So norms, activations, dropout and residual blocks need no code for members.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// How scales are initialised. Members differ at first only by the scales of their first layer.
enum class ScaleInit {
  ones,          ///< all members are equal: every layer but the first
  random_signs,  ///< +1 or -1
  normal,        ///< N(0, 1)
};

/// Options of a MemberScale.
struct MemberScaleOptions {
  int64_t members = 0;
  int64_t width = 0;  ///< features
  ScaleInit init = ScaleInit::random_signs;
  /// Widths of groups of adjacent features (those of one column) that start with the same scale; their sum is `width`.
  /// If empty, each feature has its own scale.
  std::vector<int64_t> chunks = {};
};

/// Scales the features for each member: y_i = w_i * x.
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

/// Options of the linear layers of all members.
struct MemberLinearOptions {
  int64_t members = 0;
  int64_t in = 0;   ///< features of one member's input
  int64_t out = 0;  ///< features of one member's output
  bool bias = true;
  ScaleInit init = ScaleInit::ones;  ///< initialisation of the scale r
  std::vector<int64_t> chunks = {};  ///< groups of the scale r, as in MemberScaleOptions
};

/// One matrix shared by all members; each member scales its inputs and outputs: y_i = s_i * W(r_i * x_i) + b_i.
///
/// Shape: (N, members * in), or (N, in) if all members read the same input, to (N, members * out).
/// Keys: `weight` (out, in), `r` (members, in), `s` and `bias` (members, out). Initially W and the biases are uniform
/// in ±1/√in, with equal biases for all members; s is 1.
/// Throws: Error (usage) as MemberScale does.
/// Source: Wen et al. 2020, arXiv:2002.06715, equation (5); Gorishniy et al. 2024, arXiv:2410.24210, section 3.3.
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

/// One linear layer shared by all members: y_i = W x_i + b.
///
/// Shape: (N, members * in) to (N, members * out).
/// Keys: `weight` (out, in), `bias` (out), initialised as in a linear layer.
/// Throws: Error (usage) if members, in or out < 1.
class SharedLinearImpl : public nn::Cloneable<SharedLinearImpl> {
 public:
  explicit SharedLinearImpl(const MemberLinearOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  MemberLinearOptions options;
  Tensor weight, bias;
};
TORCH_MODULE(SharedLinear);

}  // namespace reszoo
