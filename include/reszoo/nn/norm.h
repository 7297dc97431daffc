/// Which normalisation a network uses, as a value.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// What a module's input looks like.
enum class Layout {
  rows,  ///< (N, C): a table
  maps,  ///< (N, C, H, W): feature maps of images
};

/// A kind of normalisation: comparable, printable, parsed from text, and able to
/// build the module. `none` builds an Identity, so a network printed with or
/// without normalisation has the same number of modules.
///
/// | text       | rows (N, C)     | maps (N, C, H, W)                           |
/// |------------|-----------------|---------------------------------------------|
/// | `batch`    | BatchNorm1d     | BatchNorm2d                                 |
/// | `group:G`  | GroupNorm(G)    | GroupNorm(G); G must divide C               |
/// | `layer`    | LayerNorm(C)    | GroupNorm(1): one mean over C, H and W      |
/// | `instance` | refused         | InstanceNorm2d with weight and bias         |
/// | `none`     | Identity        | Identity                                    |
/// | `evo:G`    | refused         | EvoNorm2d(G): brings its own activation     |
/// | `response` | refused         | FilterResponseNorm2d: its own threshold     |
struct Norm {
  enum class Kind { none, batch, group, layer, instance, evo, response };

  Kind kind = Kind::batch;
  int64_t groups = 0;  ///< of `group` and `evo` only

  /// Reads `batch`, `group:32`, `layer`, `instance`, `none`, `evo:32` or `response`.
  /// Throws: Error (usage) for any other text.
  static Norm parse(std::string_view text);

  /// The text that `parse` reads back.
  std::string text() const;

  /// Builds the module for `width` channels.
  /// Throws: Error (usage) for a pair that would be wrong: groups that do not
  /// divide the width; `instance`, `evo` or `response` on rows.
  AnyModule build(int64_t width, Layout layout) const;

  bool operator==(const Norm&) const = default;
};

}  // namespace reszoo
