#include "preprocess/resize_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "preprocess/resize_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstring>

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

uint8_t ToByte(int32_t sum) { return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255)); }

/// One output of C channels, as it is written in resize_kernels.h.
template <int C>
void Plain(const uint8_t* from, int64_t available, const int32_t* weights, int64_t count, uint8_t* to) {
  std::array<int32_t, C> sums;
  sums.fill(1 << (kWeightBits - 1));
  for (int64_t k = 0; k < std::min(count, available); ++k)
    for (int c = 0; c < C; ++c) sums[static_cast<size_t>(c)] += from[k * C + c] * weights[k];
  for (int c = 0; c < C; ++c) to[c] = ToByte(sums[static_cast<size_t>(c)]);
}

template <int C>
void PlainRow(const uint8_t* from, int64_t width, const Taps& taps, int64_t begin, uint8_t* to) {
  for (auto x = static_cast<size_t>(begin); x < taps.first.size(); ++x)
    Plain<C>(from + taps.first[x] * C, width - taps.first[x],
             taps.weights.data() + static_cast<int64_t>(x) * taps.count, taps.count, to + static_cast<int64_t>(x) * C);
}

/// A row of sums over rows, from the byte `x` on.
void PlainSums(const Pixels& from, const uint8_t* rows, const int32_t* weights, int64_t count, int64_t x, uint8_t* to) {
  for (; x < from.row_size(); ++x) {
    int32_t sum = 1 << (kWeightBits - 1);
    for (int64_t k = 0; k < count; ++k) sum += rows[x + k * from.row_size()] * weights[k];
    to[x] = ToByte(sum);
  }
}

// Elsewhere Highway adds other pairs than neighbours.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128

// Rows that are resized together: a block of 16 bytes of a vector is one row's.
constexpr int kBlocks = HWY_MAX_BYTES >= 32 ? 2 : 1;

/// Sixteen bytes of each of the rows.
HWY_ATTR auto LoadRows(const uint8_t* from, int64_t stride) {
  const hn::FixedTag<uint8_t, 16> block;
#if HWY_MAX_BYTES >= 32
  return hn::Combine(hn::FixedTag<uint8_t, 32>(), hn::LoadU(block, from + stride), hn::LoadU(block, from));
#else
  return hn::LoadU(block, from);
#endif
}

/// kBlocks rows of RGB. Reads up to 4 bytes behind the 4 * fours pixels of an output, and writes one
/// byte behind it, which belongs to the next.
HWY_ATTR void ColumnsOfRows(const uint8_t* from, int64_t stride, const Taps& taps, size_t outputs, uint8_t* to,
                            int64_t to_stride) {
  const hn::FixedTag<uint8_t, 16 * kBlocks> bytes;
  const hn::FixedTag<int16_t, 8 * kBlocks> words;
  const hn::FixedTag<int32_t, 4 * kBlocks> sums;
  // Where the bytes of the pairs (0, 1) and (2, 3) lie in four pixels; 128 is a 0.
  HWY_ALIGN static const uint8_t first[16] = {0, 128, 3, 128, 1, 128, 4, 128, 2, 128, 5, 128, 128, 128, 128, 128};
  HWY_ALIGN static const uint8_t second[16] = {6, 128, 9, 128, 7, 128, 10, 128, 8, 128, 11, 128, 128, 128, 128, 128};
  const auto pairs = hn::LoadDup128(bytes, first), next_pairs = hn::LoadDup128(bytes, second);
  const auto half = hn::Set(sums, 1 << (kWeightBits - 1));
  const auto fours = (taps.count + 3) / 4;
  const auto* weights = taps.pairs.data();
  for (size_t x = 0; x < outputs; ++x, to += 3) {
    const auto* place = from + taps.first[x] * 3;
    auto high = hn::Zero(sums), low = half, unused = hn::Zero(sums);
    for (int64_t k = 0; k < fours; ++k, weights += 4 * kPairs, place += 12) {
      const auto four = LoadRows(place, stride);
      const auto a = hn::BitCast(words, hn::TableLookupBytesOr0(four, pairs));
      const auto b = hn::BitCast(words, hn::TableLookupBytesOr0(four, next_pairs));
      high = hn::ReorderWidenMulAccumulate(sums, a, hn::LoadDup128(words, weights), high, unused);
      high = hn::ReorderWidenMulAccumulate(sums, b, hn::LoadDup128(words, weights + kPairs), high, unused);
      low = hn::ReorderWidenMulAccumulate(sums, a, hn::LoadDup128(words, weights + 2 * kPairs), low, unused);
      low = hn::ReorderWidenMulAccumulate(sums, b, hn::LoadDup128(words, weights + 3 * kPairs), low, unused);
    }
    const auto sum = hn::ShiftRight<kWeightBits>(hn::Add(hn::ShiftLeft<kLowBits>(high), low));
    const auto packed = hn::DemoteTo(hn::Rebind<uint8_t, decltype(sums)>(), sum);
    HWY_ALIGN uint8_t values[4 * kBlocks];
    hn::StoreU(packed, hn::Rebind<uint8_t, decltype(sums)>(), values);
    for (int64_t row = 0; row < kBlocks; ++row) std::memcpy(to + row * to_stride, values + 4 * row, 4);
  }
}

/// Outputs of a row, from the left, whose reads stay in the row's `width` pixels, of which two are the 4
/// bytes behind; not the last one, behind which another row begins.
size_t OutputsWithin(const Taps& taps, int64_t width) {
  const auto reach = (taps.count + 3) / 4 * 4 + 2;
  auto outputs = taps.first.size() - 1;
  while (outputs > 0 && taps.first[outputs - 1] + reach > width) --outputs;
  return outputs;
}

HWY_ATTR void Columns3(const Pixels& from, const Taps& taps, Pixels& to, int64_t first) {
  const auto outputs = OutputsWithin(taps, from.width);
  int64_t y = 0;
  for (; y + kBlocks <= from.height; y += kBlocks) {
    ColumnsOfRows(from.row(y), from.row_size(), taps, outputs, to.row(first + y), to.row_size());
    for (int64_t row = y; row < y + kBlocks; ++row)
      PlainRow<3>(from.row(row), from.width, taps, static_cast<int64_t>(outputs), to.row(first + row));
  }
  for (; y < from.height; ++y) PlainRow<3>(from.row(y), from.width, taps, 0, to.row(first + y));
}

/// As many bytes of a row as `words` has lanes: sums over `count` rows, two at a time.
template <class W>
HWY_ATTR void RowsAt(W words, const uint8_t* from, int64_t stride, const int32_t* weights, int64_t count, uint8_t* to) {
  const hn::Rebind<uint8_t, W> bytes;
  const hn::RepartitionToWide<W> sums;
  auto high_lower = hn::Zero(sums), high_upper = high_lower;
  auto low_lower = hn::Set(sums, 1 << (kWeightBits - 1)), low_upper = low_lower;
  for (int64_t k = 0; k < count; k += 2) {
    const bool pair = k + 1 < count;
    const auto first = hn::PromoteTo(words, hn::LoadU(bytes, from + k * stride));
    const auto second = pair ? hn::PromoteTo(words, hn::LoadU(bytes, from + (k + 1) * stride)) : hn::Zero(words);
    const auto w0 = weights[k], w1 = pair ? weights[k + 1] : 0;
    const auto lower = hn::InterleaveLower(words, first, second), upper = hn::InterleaveUpper(words, first, second);
    auto unused = hn::Zero(sums);
    const auto add = [&](auto pixels, int16_t x, int16_t y, auto sum) HWY_ATTR {
      const auto both = static_cast<uint16_t>(x) | static_cast<uint32_t>(static_cast<uint16_t>(y)) << 16;
      const auto pairs = hn::BitCast(words, hn::Set(sums, static_cast<int32_t>(both)));
      return hn::ReorderWidenMulAccumulate(sums, pixels, pairs, sum, unused);
    };
    high_lower = add(lower, high_part(w0), high_part(w1), high_lower);
    high_upper = add(upper, high_part(w0), high_part(w1), high_upper);
    low_lower = add(lower, low_part(w0), low_part(w1), low_lower);
    low_upper = add(upper, low_part(w0), low_part(w1), low_upper);
  }
  const auto whole = [](auto high, auto low) HWY_ATTR {
    return hn::ShiftRight<kWeightBits>(hn::Add(hn::ShiftLeft<kLowBits>(high), low));
  };
  // Interleaving and packing both work within blocks of 16 bytes, so the words are back in their order.
  const auto packed = hn::ReorderDemote2To(words, whole(high_lower, low_lower), whole(high_upper, low_upper));
  hn::StoreU(hn::DemoteTo(bytes, packed), bytes, to);
}

HWY_ATTR void Rows(const Pixels& from, const Taps& taps, Pixels& to) {
  const hn::ScalableTag<int16_t> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), size = from.row_size();
  for (size_t y = 0; y < taps.first.size(); ++y) {
    const auto* rows = from.row(taps.first[y]);
    // The last outputs have weights of 0 for rows that are not there.
    const auto count = std::min(taps.count, from.height - taps.first[y]);
    const auto* weights = taps.weights.data() + static_cast<int64_t>(y) * taps.count;
    auto* result = to.row(static_cast<int64_t>(y));
    int64_t x = 0;
    for (; x + lanes <= size; x += lanes) RowsAt(d, rows + x, size, weights, count, result + x);
    PlainSums(from, rows, weights, count, x, result);
  }
}

#else

void Columns3(const Pixels& from, const Taps& taps, Pixels& to, int64_t first) {
  for (int64_t y = 0; y < from.height; ++y) PlainRow<3>(from.row(y), from.width, taps, 0, to.row(first + y));
}

void Rows(const Pixels& from, const Taps& taps, Pixels& to) {
  for (size_t y = 0; y < taps.first.size(); ++y)
    PlainSums(from, from.row(taps.first[y]), taps.weights.data() + static_cast<int64_t>(y) * taps.count,
              std::min(taps.count, from.height - taps.first[y]), 0, to.row(static_cast<int64_t>(y)));
}

#endif

void Columns1(const Pixels& from, const Taps& taps, Pixels& to, int64_t first) {
  for (int64_t y = 0; y < from.height; ++y) PlainRow<1>(from.row(y), from.width, taps, 0, to.row(first + y));
}

}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(Columns1);
HWY_EXPORT(Columns3);
HWY_EXPORT(Rows);

// Of four pixels the pairs of neighbours (0, 1), then (2, 3), each by channel: the high parts of their weights, then
// the low ones.
void make_pairs(Taps& taps) {
  const auto fours = (taps.count + 3) / 4;
  taps.pairs.assign(taps.first.size() * static_cast<size_t>(fours * 4 * kPairs), 0);
  const auto* weight = taps.weights.data();
  for (size_t x = 0; x < taps.first.size(); ++x)
    for (int64_t k = 0; k < taps.count; ++k, ++weight) {
      auto* four =
          taps.pairs.data() + (static_cast<int64_t>(x) * fours + k / 4) * 4 * kPairs + (k % 4 < 2 ? 0 : kPairs);
      for (int64_t channel = 0; channel < 3; ++channel) {
        four[2 * channel + k % 2] = high_part(*weight);
        four[2 * channel + k % 2 + 2 * kPairs] = low_part(*weight);
      }
    }
}

void resize_columns(const Pixels& from, const Taps& taps, Pixels& to, int64_t row) {
  from.channels == 3 ? HWY_DYNAMIC_DISPATCH(Columns3)(from, taps, to, row)
                     : HWY_DYNAMIC_DISPATCH(Columns1)(from, taps, to, row);
}

void resize_rows(const Pixels& from, const Taps& taps, Pixels& to) { HWY_DYNAMIC_DISPATCH(Rows)(from, taps, to); }

}  // namespace reszoo::detail
#endif
