/// The residual block of tabular networks.
#pragma once
#include <optional>

#include "reszoo/nn/activation.h"
#include "reszoo/nn/members.h"
#include "reszoo/nn/norm.h"
#include "reszoo/nn/residual_block.h"

namespace reszoo {

/// Options of tabular_block. Widths are in features.
struct TabularBlockOptions {
  int64_t width = 0;               ///< output features
  int64_t hidden = 0;              ///< features between the linear layers
  std::optional<int64_t> in = {};  ///< input features; by default `width`. If they differ, the shortcut is a projection
  double dropout = 0.15;           ///< fraction of values zeroed between the linear layers
  double residual_dropout = 0.0;   ///< fraction of values zeroed after the second linear layer
  Norm norm = {};
  Activation activation = {};
  Members members = {};  ///< k blocks in one; all widths above are per member
};

/// Builds the block y = shortcut(x) + dropout(linear2(dropout(activation(linear1(norm(x)))))), where the shortcut is
/// the identity, or W_s x if `in` and `width` differ.
///
/// Shape: (N, in) to (N, width); with k members (N, k * in) to (N, k * width).
/// Keys: `normalization linear1 linear2`, as in rtdl; `shortcut.*` for a LinearProjection, or for the members' linear
/// layer.
/// Throws: Error (usage) for a width that is not positive.
/// Source: Gorishniy et al. 2021, arXiv:2106.11959, section 3.2.
ResidualBlock tabular_block(const TabularBlockOptions& options);

}  // namespace reszoo
