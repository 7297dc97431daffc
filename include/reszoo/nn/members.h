/// How many networks one network is, as a value.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/norm.h"

namespace reszoo {

/// What the members of a k-ensemble share.
enum class EnsembleKind {
  tabm,    ///< matrices; scales and biases of each layer are their own
  mini,    ///< all but a scale of each feature in front of the first layer
  packed,  ///< nothing: k networks
};

/// Reads `tabm`, `mini` or `packed`.
/// Throws: Error (usage).
EnsembleKind parse_ensemble(std::string_view text);
std::string text_of(EnsembleKind kind);

/// k networks in one, or, with count 0, one plain network.
///
/// Norms are per member: each has its own statistics and weights.
/// Source: Gorishniy et al. 2024, arXiv:2410.24210 ("TabM").
struct Members {
  int64_t count = 0;
  EnsembleKind kind = EnsembleKind::tabm;

  /// A linear layer from (N, count * in) to (N, count * out): an `nn::Linear` where
  /// the network is plain.
  AnyModule linear(int64_t in, int64_t out, bool bias = true) const;

  /// The first layer, from (N, in) to (N, count * out). Of `tabm` its r begins as
  /// `start`, alike in each of the chunks, the widths of columns.
  AnyModule first_linear(int64_t in, int64_t out, ScaleStart start, const std::vector<int64_t>& chunks) const;

  /// What stands before the first layer: a MemberScale of `mini`, else an Identity.
  AnyModule entrance(int64_t in, ScaleStart start, const std::vector<int64_t>& chunks) const;

  /// The last layer, from (N, count * in) to (N, count, out), or to (N, out) where
  /// the network is plain.
  AnyModule last_linear(int64_t in, int64_t out) const;

  /// The norm of rows (N, count * width).
  AnyModule norm(const Norm& norm, int64_t width) const;

  bool operator==(const Members&) const = default;
};

}  // namespace reszoo
