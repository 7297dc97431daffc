/// The tensor layouts that networks and norms accept.
#pragma once
#include <cstdint>
#include <string>

namespace reszoo {

/// The layout of a module's input. N counts samples, C channels or features.
enum class Layout {
  features,   ///< (N, C): vectors, such as the columns of a table
  sequences,  ///< (N, C, L): C channels at L positions, such as a signal over time
  images,     ///< (N, C, H, W): images, and the outputs of 2-d convolutions
};

/// Returns `features`, `sequences` or `images`.
std::string text_of(Layout layout);

/// Returns the number of dimensions, N and C included: 2, 3 or 4.
int64_t rank_of(Layout layout);

/// Returns the shape as text, such as "(N, 3, H, W)" if `channels` is "3".
std::string shape_text(Layout layout, const std::string& channels = "C");

}  // namespace reszoo
