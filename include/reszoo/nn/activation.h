/// Describes an activation function as a value.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// A kind of activation, parsed from `relu`, `gelu`, `silu`, `leaky_relu:0.01` or `none` and printed as the same text.
///
/// The modules never work in place. An in-place ReLU in the entry of a pre-activation block, or after a module that
/// surgery replaced by Identity, would overwrite the tensor that the shortcut reads.
struct Activation {
  enum class Kind { none, relu, gelu, silu, leaky_relu };

  Kind kind = Kind::relu;
  double slope = 0.0;  ///< gradient for negative inputs; only `leaky_relu` has it

  /// Parses the text. `leaky_relu` without a value has the slope 0.01.
  /// Throws: Error (usage) for any other text.
  static Activation parse(std::string_view text);

  /// Returns the text that `parse` reads back.
  std::string text() const;

  /// Builds the module. For `none` it is an Identity.
  AnyModule build() const;

  bool operator==(const Activation&) const = default;
};

}  // namespace reszoo
