#include "preprocess/resize_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "preprocess/resize_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <memory>

// Everything between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

int64_t pairs_size(const Taps& taps) { return (taps.count + 1) / 2 * 2; }

uint8_t ToByte(int32_t sum) { return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255)); }

/// The plain loop of the formula in resize_kernels.h.
void PlainColumns(const ImageBuffer& from, const Taps& taps, ImageBuffer& to, int64_t first) {
  const auto channels = from.channels;
  for (int64_t y = 0; y < from.height; ++y)
    for (size_t x = 0; x < taps.first.size(); ++x) {
      const auto* inputs = from.row(y) + taps.first[x] * channels;
      const auto* weights = taps.weights.data() + static_cast<int64_t>(x) * taps.count;
      const auto count = std::min(taps.count, from.width - taps.first[x]);
      auto* result = to.row(first + y) + static_cast<int64_t>(x) * channels;
      for (int64_t c = 0; c < channels; ++c) {
        int32_t sum = 1 << (kWeightBits - 1);
        for (int64_t k = 0; k < count; ++k) sum += inputs[k * channels + c] * weights[k];
        result[c] = ToByte(sum);
      }
    }
}

/// Computes a row of weighted sums over rows, from byte `x` on.
void PlainSums(const ImageBuffer& from, const uint8_t* rows, const int32_t* weights, int64_t count, int64_t x,
               uint8_t* to) {
  for (; x < from.row_size(); ++x) {
    int32_t sum = 1 << (kWeightBits - 1);
    for (int64_t k = 0; k < count; ++k) sum += rows[x + k * from.row_size()] * weights[k];
    to[x] = ToByte(sum);
  }
}

// On other targets Highway adds pairs that are not neighbours.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128

/// Computes as many bytes of a row as `words` has lanes: sums over `count` rows, two rows at a time.
template <class W>
void RowsAt(W words, const uint8_t* from, int64_t stride, const int32_t* pairs, int64_t count, uint8_t* to) {
  const hn::Rebind<uint8_t, W> bytes;
  const hn::RepartitionToWide<W> sums;
  auto high_lower = hn::Zero(sums), high_upper = high_lower;
  auto low_lower = hn::Set(sums, 1 << (kWeightBits - 1)), low_upper = low_lower;
  for (int64_t k = 0; k < count; k += 2, pairs += 2, from += 2 * stride) {
    const auto first = hn::PromoteTo(words, hn::LoadU(bytes, from));
    const auto second = k + 1 < count ? hn::PromoteTo(words, hn::LoadU(bytes, from + stride)) : hn::Zero(words);
    const auto lower = hn::InterleaveLower(words, first, second), upper = hn::InterleaveUpper(words, first, second);
    const auto high = hn::BitCast(words, hn::Set(sums, pairs[0])), low = hn::BitCast(words, hn::Set(sums, pairs[1]));
    auto unused = hn::Zero(sums);
    high_lower = hn::ReorderWidenMulAccumulate(sums, lower, high, high_lower, unused);
    high_upper = hn::ReorderWidenMulAccumulate(sums, upper, high, high_upper, unused);
    low_lower = hn::ReorderWidenMulAccumulate(sums, lower, low, low_lower, unused);
    low_upper = hn::ReorderWidenMulAccumulate(sums, upper, low, low_upper, unused);
  }
  const auto whole = [](auto high, auto low)
                         HWY_ATTR { return hn::ShiftRight<kWeightBits>(hn::Add(hn::ShiftLeft<kLowBits>(high), low)); };
  // Interleaving and packing both work within blocks of 16 bytes, so the words return to their original order.
  const auto packed = hn::ReorderDemote2To(words, whole(high_lower, low_lower), whole(high_upper, low_upper));
  hn::StoreU(hn::DemoteTo(bytes, packed), bytes, to);
}

void Rows(const ImageBuffer& from, const Taps& taps, ImageBuffer& to) {
  const hn::ScalableTag<int16_t> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), size = from.row_size();
  for (size_t y = 0; y < taps.first.size(); ++y) {
    const auto* rows = from.row(taps.first[y]);
    // The last outputs have weights of 0 for rows that do not exist.
    const auto count = std::min(taps.count, from.height - taps.first[y]);
    const auto* pairs = taps.pairs.data() + static_cast<int64_t>(y) * pairs_size(taps);
    auto* result = to.row(static_cast<int64_t>(y));
    int64_t x = 0;
    for (; x + lanes <= size; x += lanes) RowsAt(d, rows + x, size, pairs, count, result + x);
    PlainSums(from, rows, taps.weights.data() + static_cast<int64_t>(y) * taps.count, count, x, result);
  }
}

// Columns are resized like the rows of a transposed image: sixteen rows at a time, so that their bytes of one column
// are a vector.
constexpr int64_t kSide = 16;
constexpr int64_t kBlocks = HWY_MAX_BYTES >= 32 ? 2 : 1;  // blocks of 16 x 16 bytes that are transposed together
constexpr int64_t kAcross = kBlocks * kSide;
using Squares = hn::FixedTag<uint8_t, kAcross>;

/// Transposes blocks whose rows are these vectors: four rounds of interleaving row i with row i + 8.
template <class V>
void SwapSides(V (&rows)[kSide]) {
  const Squares d;
  V other[kSide];
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < kSide / 2; ++i) {
      other[2 * i] = hn::InterleaveLower(d, rows[i], rows[i + 8]);
      other[2 * i + 1] = hn::InterleaveUpper(d, rows[i], rows[i + 8]);
    }
    for (int i = 0; i < kSide / 2; ++i) {
      rows[2 * i] = hn::InterleaveLower(d, other[i], other[i + 8]);
      rows[2 * i + 1] = hn::InterleaveUpper(d, other[i], other[i + 8]);
    }
  }
}

/// Loads or stores the blocks one below the other.
hn::Vec<Squares> LoadBelow(const uint8_t* from) {
  const hn::FixedTag<uint8_t, kSide> block;
#if HWY_MAX_BYTES >= 32
  return hn::Combine(Squares(), hn::LoadU(block, from + kSide * kSide), hn::LoadU(block, from));
#else
  return hn::LoadU(block, from);
#endif
}

void StoreBelow(hn::Vec<Squares> squares, uint8_t* to) {
  const hn::FixedTag<uint8_t, kSide> block;
#if HWY_MAX_BYTES >= 32
  hn::StoreU(hn::LowerHalf(block, squares), block, to);
  hn::StoreU(hn::UpperHalf(block, squares), block, to + kSide * kSide);
#else
  hn::StoreU(squares, block, to);
#endif
}

/// Transposes rows of `size` bytes to columns of 16. If there are fewer than 16 rows, the last one is repeated.
void ToColumns(const ImageBuffer& from, int64_t y, uint8_t* to) {
  const auto size = from.row_size(), last = from.height - 1;
  for (int64_t begin = 0; begin < size; begin += kAcross) {
    const auto x = std::min(begin, size - kAcross);  // the last blocks may overlap the previous ones
    hn::Vec<Squares> rows[kSide];
    for (int64_t i = 0; i < kSide; ++i) rows[i] = hn::LoadU(Squares(), from.row(std::min(y + i, last)) + x);
    SwapSides(rows);
    for (int64_t i = 0; i < kSide; ++i) StoreBelow(rows[i], to + (x + i) * kSide);
  }
}

void FromColumns(const uint8_t* from, int64_t count, ImageBuffer& to, int64_t y) {
  const auto size = to.row_size();
  for (int64_t begin = 0; begin < size; begin += kAcross) {
    const auto x = std::min(begin, size - kAcross);
    hn::Vec<Squares> rows[kSide];
    for (int64_t i = 0; i < kSide; ++i) rows[i] = LoadBelow(from + (x + i) * kSide);
    SwapSides(rows);
    for (int64_t i = 0; i < count; ++i) hn::StoreU(rows[i], Squares(), to.row(y + i) + x);
  }
}

void Columns(const ImageBuffer& from, const Taps& taps, ImageBuffer& to, int64_t first) {
  if (std::min(from.row_size(), to.row_size()) < kAcross) return PlainColumns(from, taps, to, first);
  const hn::FixedTag<int16_t, kAcross / 2> words;
  const auto channels = from.channels;
  const auto columns = std::make_unique_for_overwrite<uint8_t[]>(static_cast<size_t>(from.row_size() * kSide));
  const auto resized = std::make_unique_for_overwrite<uint8_t[]>(static_cast<size_t>(to.row_size() * kSide));
  for (int64_t y = 0; y < from.height; y += kSide) {
    ToColumns(from, y, columns.get());
    const auto* pairs = taps.pairs.data();
    auto* result = resized.get();
    for (const auto left : taps.first) {
      const auto* inputs = columns.get() + left * channels * kSide;
      const auto count = std::min(taps.count, from.width - left);
      for (int64_t i = 0; i < channels * kSide; i += kAcross / 2)
        RowsAt(words, inputs + i, channels * kSide, pairs, count, result + i);
      pairs += pairs_size(taps);
      result += channels * kSide;
    }
    FromColumns(resized.get(), std::min(kSide, from.height - y), to, first + y);
  }
}

#else

void Columns(const ImageBuffer& from, const Taps& taps, ImageBuffer& to, int64_t first) {
  PlainColumns(from, taps, to, first);
}

void Rows(const ImageBuffer& from, const Taps& taps, ImageBuffer& to) {
  for (size_t y = 0; y < taps.first.size(); ++y)
    PlainSums(from, from.row(taps.first[y]), taps.weights.data() + static_cast<int64_t>(y) * taps.count,
              std::min(taps.count, from.height - taps.first[y]), 0, to.row(static_cast<int64_t>(y)));
}

#endif

}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(Columns);
HWY_EXPORT(Rows);

void make_pairs(Taps& taps) {
  const auto both = [](int32_t first, int32_t second) {
    return static_cast<int32_t>(static_cast<uint16_t>(first) | static_cast<uint32_t>(static_cast<uint16_t>(second))
                                                                   << 16);
  };
  const auto low = [](int32_t weight) { return weight & ((1 << kLowBits) - 1); };
  taps.pairs.clear();
  for (size_t x = 0; x < taps.first.size(); ++x) {
    const auto* weights = taps.weights.data() + static_cast<int64_t>(x) * taps.count;
    for (int64_t k = 0; k < taps.count; k += 2) {
      const auto first = weights[k], second = k + 1 < taps.count ? weights[k + 1] : 0;
      taps.pairs.push_back(both(first >> kLowBits, second >> kLowBits));
      taps.pairs.push_back(both(low(first), low(second)));
    }
  }
}

void resize_columns(const ImageBuffer& from, const Taps& taps, ImageBuffer& to, int64_t row) {
  HWY_DYNAMIC_DISPATCH(Columns)(from, taps, to, row);
}

void resize_rows(const ImageBuffer& from, const Taps& taps, ImageBuffer& to) {
  HWY_DYNAMIC_DISPATCH(Rows)(from, taps, to);
}

}  // namespace reszoo::detail
#endif
