/// The normalisation of a network, as a value.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "reszoo/nn/layout.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// A kind of normalisation: comparable, escaped, parsed from text, and able to build the
/// module: `batch`, `group:32`, `none`, …. `none` builds an Identity, so a network has the
/// same number of modules with or without normalisation.
///
/// The norms are the rows of a table. Those of reszoo are in src/nn/norm.cpp, and in
/// docs/networks.md with the module that each builds for each layout. A program adds rows
/// by `register_norm`.
struct Norm {
  std::string name = "batch";  ///< the text before the colon
  int64_t groups = 0;          ///< of the norms that take groups, else 0

  /// Reads the name of a norm, with the number of groups where it takes one: `batch`, `group:32`.
  /// Throws: Error (usage) for any other text.
  static Norm parse(std::string_view text);

  /// Returns the text that `parse` reads back.
  std::string text() const;

  /// Builds the module for `width` channels; for `members` networks side by side
  /// (TabM) for members * width channels, where each member is normalised apart.
  /// Throws: Error (usage) for an unknown name, groups that do not divide the
  /// width, or a layout that the norm does not take.
  AnyModule build(int64_t width, Layout layout, int64_t members = 1) const;

  /// Whether the norm is an activation too, so that none belongs after it.
  bool is_activation() const;

  bool operator==(const Norm&) const = default;
};

/// What the builder of a norm gets.
struct NormShape {
  int64_t channels = 0;  ///< of all members
  int64_t groups = 0;    ///< of one member; 0 where the norm takes none
  int64_t members = 1;   ///< networks side by side in the channels; a norm must not mix them
};

using NormBuilder = std::function<AnyModule(const NormShape& shape)>;

/// One row of the table of norms.
struct NormRow {
  std::string name;            ///< "group"
  bool takes_groups = false;   ///< whether the text has a number of groups: "group:32"
  bool is_activation = false;  ///< whether it brings its own activation
  bool zero_init = true;       ///< whether `zero_init_residual` sets its `weight` to 0 at the end of a branch
  NormBuilder features = {};   ///< builds it for (N, C); where left out, the norm refuses this layout
  NormBuilder sequences = {};  ///< for (N, C, L)
  NormBuilder images = {};     ///< for (N, C, H, W)
  /// The types of the modules that the builders return, `typeid(LayerNorm2dImpl)`. Their
  /// parameter `weight`, where there is one, is the scale that initialisation sets.
  std::vector<std::type_index> modules = {};
};

/// Adds a norm. From then on `Norm::parse`, the options of networks, model files and
/// messages know its name. Call it before the first network of that norm is built or loaded.
///
///     register_norm({.name = "rms",
///                    .images = [](const NormShape& shape) { return AnyModule(RmsNorm2d(shape.channels)); },
///                    .modules = {typeid(RmsNorm2dImpl)}});
///
/// Safe to call from several threads.
/// Throws: Error (usage) if the name is taken, empty or has a colon, or if there is no builder.
void register_norm(NormRow row);

/// Returns the spellings of all norms, in the order of the table: "batch", "group:<groups>", ….
std::vector<std::string> norm_names();

/// Returns the row of a norm whose modules include the type of `module`, or nullptr.
const NormRow* norm_row_of(const nn::Module& module);

}  // namespace reszoo
