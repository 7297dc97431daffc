/// The non-linearity of a network, as a value.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// A kind of activation, parsed from `relu`, `gelu`, `silu`, `leaky_relu:0.01`
/// or `none` and printed as the same text.
///
/// The modules are never in place: an in-place ReLU in the entry of a
/// pre-activation block, or after a module that surgery made an Identity,
/// would overwrite what the shortcut reads.
struct Activation {
  enum class Kind { none, relu, gelu, silu, leaky_relu };

  Kind kind = Kind::relu;
  double slope = 0.0;  ///< of `leaky_relu` only: the gradient for negative inputs

  /// Reads a text; `leaky_relu` alone has the slope 0.01.
  /// Throws: Error (usage) for any other text.
  static Activation parse(std::string_view text);

  /// Returns the text that `parse` reads back.
  std::string text() const;

  /// Builds the module; an Identity for `none`.
  AnyModule build() const;

  bool operator==(const Activation&) const = default;
};

}  // namespace reszoo
