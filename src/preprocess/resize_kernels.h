/// The inner loops of resizing, dispatched to the processor's instruction set.
#pragma once
#include "reszoo/preprocess/image_buffer.h"

namespace reszoo::detail {

constexpr int kWeightBits = 22;  // fractional bits of a weight: of 32 bits, 8 are for the byte and 2 for overshoot

// A weight is split into two 16-bit integers, w = high * 2^kLowBits + low, so that sums of products of pairs are exact
// in 32 bits. The instruction for such sums is the fastest available.
constexpr int kLowBits = 11;

/// For each output along an axis: its first input, and the weights of `count` inputs from there on. Weights of inputs
/// beyond the axis are 0.
struct Taps {
  std::vector<int64_t> first;
  int64_t count = 0;
  std::vector<int32_t> weights;
  std::vector<int32_t> pairs = {};  ///< the weights in the order of multiplication; see make_pairs
};

/// Fills Taps::pairs: for every two neighbouring inputs of an output, the high parts of their weights, then the low
/// parts.
void make_pairs(Taps& taps);

// Both functions take taps with their pairs. A byte of `to` is (2^(kWeightBits - 1) + sum of weights times bytes) >>
// kWeightBits, clamped to 0 .. 255. This is integer arithmetic, so all processors give the same result.

/// Shape: (H, W, C) to H rows of (H2, taps, C), from `row` on.
void resize_columns(const ImageBuffer& from, const Taps& taps, ImageBuffer& to, int64_t row);

/// Shape: (H, W, C) to (taps, W, C).
void resize_rows(const ImageBuffer& from, const Taps& taps, ImageBuffer& to);

}  // namespace reszoo::detail
