/// What the shortcut of a block does where dimensions differ, as a value.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// The shortcut of a convolutional block whose input and output differ.
enum class ShortcutKind {
  identity,            ///< refused where dimensions differ
  zero_pad,            ///< the paper's option A
  projection,          ///< the paper's option B, W_s
  average_projection,  ///< ResNet-D's: the mean of 2x2 pixels, then W_s (timm's avg_down)
};

/// Reads `identity`, `zero_pad`, `projection` or `average_projection`.
/// Throws: Error (usage) for any other text.
ShortcutKind parse_shortcut(std::string_view text);

/// Returns the text that `parse_shortcut` reads back.
std::string text_of(ShortcutKind kind);

}  // namespace reszoo
