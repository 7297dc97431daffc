#include "orientation.h"

#include <algorithm>

namespace reszoo {
namespace {

/// How the stored image is made upright: first its axes are swapped, then it is mirrored.
struct Turn {
  bool swap, down, across;
};

Turn turn_of(int orientation) {
  switch (orientation) {
    case 2: return {false, false, true};
    case 3: return {false, true, true};
    case 4: return {false, true, false};
    case 5: return {true, false, false};
    case 6: return {true, false, true};
    case 7: return {true, true, true};
    case 8: return {true, true, false};
    default: return {false, false, false};
  }
}

/// Rotates the pixels upright.
template <typename Pixels>
Pixels turned(Pixels stored, int orientation) {
  const auto turn = turn_of(orientation);
  if (!turn.swap && !turn.down && !turn.across) return stored;
  Pixels result(turn.swap ? stored.width : stored.height, turn.swap ? stored.height : stored.width, stored.channels);
  for (int64_t y = 0; y < result.height; ++y)
    for (int64_t x = 0; x < result.width; ++x) {
      const auto row = turn.down ? result.height - 1 - y : y, column = turn.across ? result.width - 1 - x : x;
      const auto* from =
          turn.swap ? stored.row(column) + row * stored.channels : stored.row(row) + column * stored.channels;
      std::copy_n(from, stored.channels, result.row(y) + x * stored.channels);
    }
  return result;
}

template <typename Pixels>
Pixels part(const Pixels& image, const Box& box) {
  Pixels result(box.height, box.width, image.channels);
  for (int64_t y = 0; y < box.height; ++y)
    std::copy_n(image.row(box.top + y) + box.left * image.channels, result.row_size(), result.row(y));
  return result;
}

}  // namespace

bool swaps_sides(int orientation) { return turn_of(orientation).swap; }

Box stored_box(const Box& upright, int64_t height, int64_t width, int orientation) {
  const auto turn = turn_of(orientation);
  auto box = upright;
  const auto rows = turn.swap ? width : height, columns = turn.swap ? height : width;  // of the upright image
  if (turn.down) box.top = rows - box.top - box.height;
  if (turn.across) box.left = columns - box.left - box.width;
  if (turn.swap) box = {box.left, box.top, box.width, box.height};
  return box;
}

ImageBuffer upright(ImageBuffer stored, int orientation) { return turned(std::move(stored), orientation); }
ImageValues upright(ImageValues stored, int orientation) { return turned(std::move(stored), orientation); }

ImageBuffer cut(const ImageBuffer& image, const Box& box) { return part(image, box); }
ImageValues cut(const ImageValues& image, const Box& box) { return part(image, box); }

}  // namespace reszoo
