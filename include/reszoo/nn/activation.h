/// Which non-linearity a network uses, as a value.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// A kind of activation, parsed from `relu`, `gelu`, `silu`, `leaky_relu:0.01`
/// or `none` and printed back as the same text.
///
/// The modules are never in place: an in-place ReLU in the entry of a
/// pre-activation block, or behind a module that surgery made an Identity,
/// would overwrite what the shortcut reads.
struct Activation {
  enum class Kind { none, relu, gelu, silu, leaky_relu };

  Kind kind = Kind::relu;
  double slope = 0.0;  ///< of `leaky_relu` only: the gradient for negative inputs

  /// Throws: Error (usage) for any other text.
  static Activation parse(std::string_view text);
  std::string text() const;
  AnyModule build() const;

  bool operator==(const Activation&) const = default;
};

}  // namespace reszoo
