/// Describes an ensemble of k networks in one (TabM) as a value.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/norm.h"

namespace reszoo {

/// What the members of a k-ensemble share.
enum class EnsembleKind {
  tabm,    ///< weight matrices; each member has its own scales and biases in each layer
  mini,    ///< everything except a scale of each feature before the first layer
  packed,  ///< nothing: k independent networks
};

/// Reads `tabm`, `mini` or `packed`.
/// Throws: Error (usage) for any other text.
EnsembleKind parse_ensemble(std::string_view text);
std::string text_of(EnsembleKind kind);

/// k networks in one, or one plain network if the count is 0.
///
/// Each member is normalised separately, with its own statistics and weights.
/// Source: Gorishniy et al. 2024, arXiv:2410.24210 ("TabM").
struct Members {
  int64_t count = 0;
  EnsembleKind kind = EnsembleKind::tabm;

  /// Builds a linear layer from (N, count * in) to (N, count * out): an `nn::Linear` if the network is plain.
  AnyModule linear(int64_t in, int64_t out, bool bias = true) const;

  /// Builds the first layer, from (N, in) to (N, count * out). For `tabm`, `init` initialises its scale r with one
  /// value for each chunk; chunks are the widths of the columns.
  AnyModule first_linear(int64_t in, int64_t out, ScaleInit init, const std::vector<int64_t>& chunks) const;

  /// Builds the step before the first layer: a MemberScale for `mini`, else an Identity.
  AnyModule input_adapter(int64_t in, ScaleInit init, const std::vector<int64_t>& chunks) const;

  /// Builds the last layer, from (N, count * in) to (N, count, out), or to (N, out) if the network is plain.
  AnyModule last_linear(int64_t in, int64_t out) const;

  /// Builds the norm for features (N, count * width).
  AnyModule norm(const Norm& norm, int64_t width) const;

  bool operator==(const Members&) const = default;
};

}  // namespace reszoo
