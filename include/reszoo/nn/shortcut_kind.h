/// The kinds of shortcuts of a block whose input and output have different shapes.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// The shortcut of a convolutional block whose input and output have different shapes.
enum class ShortcutKind {
  identity,            ///< rejected if the shapes differ
  zero_pad,            ///< option A of the paper
  projection,          ///< option B of the paper, W_s
  average_projection,  ///< the mean of 2x2 pixels, then W_s: ResNet-D (timm's avg_down)
};

/// Parses `identity`, `zero_pad`, `projection` or `average_projection`.
/// Throws: Error (usage) for any other text.
ShortcutKind parse_shortcut(std::string_view text);

/// Returns the text that `parse_shortcut` reads back.
std::string text_of(ShortcutKind kind);

}  // namespace reszoo
