/// The inner loops of resizing, for the processor at hand.
#pragma once
#include "reszoo/preprocess/image_buffer.h"

namespace reszoo::detail {

constexpr int kWeightBits = 22;  // of a weight's fraction: 8 bits of a byte and 2 for overshoot are left of 32

// A weight is cut in two numbers of 16 bits, w = high * 2^kLowBits + low, so that the
// products of pairs are sums of 32 bits, exact: the instruction for that is the fastest there is.
constexpr int kLowBits = 11;

/// For each output along an axis: its first input, and the weights of `count` inputs
/// from there on. Weights of inputs beyond the axis are 0.
struct Taps {
  std::vector<int64_t> first;
  int64_t count = 0;
  std::vector<int32_t> weights;
  std::vector<int32_t> pairs = {};  ///< the weights again, as they are multiplied; see make_pairs
};

/// Fills Taps::pairs: of each two neighbouring inputs of an output the high parts of their weights, then the low ones.
void make_pairs(Taps& taps);

// Both take taps with their pairs. A byte of `to` is (2^(kWeightBits - 1) + sum of weights times bytes) >> kWeightBits,
// kept in 0 .. 255: whole numbers, so all processors agree.

/// Shape: (H, W, C) to H rows of (H2, taps, C), from `row` on.
void resize_columns(const ImageBuffer& from, const Taps& taps, ImageBuffer& to, int64_t row);

/// Shape: (H, W, C) to (taps, W, C).
void resize_rows(const ImageBuffer& from, const Taps& taps, ImageBuffer& to);

}  // namespace reszoo::detail
