/// Describes a normalisation layer as a value.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "reszoo/nn/layout.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// A kind of normalisation that can be compared, parsed from text, printed as text (`batch`, `group:32`, `none`, …) and
/// built as a module. `none` builds an Identity, so a network has the same number of modules with or without
/// normalisation.
///
/// The norms are the rows of a table. reszoo's own are in src/nn/norm.cpp; docs/networks.md lists the module that each
/// builds for each layout. A program adds its own norms with `register_norm`.
struct Norm {
  std::string name = "batch";  ///< the text before the colon
  int64_t groups = 0;          ///< for norms with groups, else 0

  /// Parses the name of a norm, with the number of groups if the norm has groups: `batch`, `group:32`.
  /// Throws: Error (usage) for any other text.
  static Norm parse(std::string_view text);

  /// Returns the text that `parse` reads back.
  std::string text() const;

  /// Builds the module for `width` channels. For `members` networks in one (TabM) it is for members * width channels,
  /// and each member is normalised separately.
  /// Throws: Error (usage) for an unknown name, for groups that do not divide the width, or for a layout that the norm
  /// does not support.
  AnyModule build(int64_t width, Layout layout, int64_t members = 1) const;

  /// Whether the norm includes an activation, so that none should follow it.
  bool is_activation() const;

  bool operator==(const Norm&) const = default;
};

/// The arguments of a norm's builder.
struct NormShape {
  int64_t channels = 0;  ///< channels of all members together
  int64_t groups = 0;    ///< groups of one member; 0 if the norm has no groups
  int64_t members = 1;   ///< number of networks whose channels are concatenated; a norm must not mix them
};

using NormBuilder = std::function<AnyModule(const NormShape& shape)>;

/// One row of the table of norms.
struct NormRow {
  std::string name;            ///< "group"
  bool takes_groups = false;   ///< whether the text has a number of groups, as in "group:32"
  bool is_activation = false;  ///< whether the norm includes an activation
  bool zero_init = true;       ///< whether `zero_init_residual` sets its `weight` to 0 at the end of a branch
  NormBuilder features = {};   ///< builds it for (N, C); if left out, the norm rejects this layout
  NormBuilder sequences = {};  ///< for (N, C, L)
  NormBuilder images = {};     ///< for (N, C, H, W)
  /// The types of the modules that the builders return, `typeid(LayerNorm2dImpl)`. Their parameter `weight`, if there
  /// is one, is the scale that initialisation sets.
  std::vector<std::type_index> modules = {};
};

/// Adds a norm. After that, `Norm::parse`, the options of networks, model files and messages know its name. Call it
/// before the first network with that norm is built or loaded.
///
///     register_norm({.name = "rms",
///                    .images = [](const NormShape& shape) { return AnyModule(RmsNorm2d(shape.channels)); },
///                    .modules = {typeid(RmsNorm2dImpl)}});
///
/// Thread-safe.
/// Throws: Error (usage) if the name is taken, empty or has a colon, or if there is no builder.
void register_norm(NormRow row);

/// Returns the texts of all norms, in the order of the table: "batch", "group:<groups>", ….
std::vector<std::string> norm_names();

/// Returns the row of the norm that builds modules of this type, or nullptr.
const NormRow* norm_row_of(const nn::Module& module);

}  // namespace reszoo
