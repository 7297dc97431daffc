#include "sorted_numbers.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

namespace reszoo::detail {
namespace {

constexpr int64_t kFewNumbers = 2000;  // are sorted faster by comparing
constexpr int kDigitBits = 8, kDigits = 64 / kDigitBits;
constexpr uint64_t kSign = uint64_t{1} << 63;

/// Keys are ordered like the numbers.
uint64_t key_of(double number) {
  const auto bits = std::bit_cast<uint64_t>(number);
  return bits & kSign ? ~bits : bits | kSign;
}

/// Returns the bits of the number that has this key.
uint64_t bits_of(uint64_t key) { return key & kSign ? key ^ kSign : ~key; }

using DigitCounts = std::array<std::array<int64_t, size_t{1} << kDigitBits>, kDigits>;

size_t digit_of(uint64_t key, int digit) { return (key >> (digit * kDigitBits)) & ((1U << kDigitBits) - 1); }

/// Moves keys to the order of one digit; keys with equal digits keep theirs.
void sort_by_digit(const uint64_t* from, uint64_t* to, int64_t count, int digit,
                   std::array<int64_t, size_t{1} << kDigitBits> counts) {
  int64_t place = 0;
  for (auto& begin : counts) place += std::exchange(begin, place);
  for (int64_t i = 0; i < count; ++i) to[counts[digit_of(from[i], digit)]++] = from[i];
}

}  // namespace

/// Sorts by one digit after the other, the last one first.
void sort_keys(uint64_t* keys, int64_t count, int first_byte) {
  if (count == 0) return;
  const auto scratch = torch::empty({count}, torch::kInt64);
  auto* from = keys;
  auto* to = reinterpret_cast<uint64_t*>(scratch.mutable_data_ptr<int64_t>());
  DigitCounts counts{};
  for (int64_t i = 0; i < count; ++i)
    for (int digit = first_byte; digit < kDigits; ++digit) ++counts[digit][digit_of(keys[i], digit)];
  for (int digit = first_byte; digit < kDigits; ++digit) {
    if (counts[digit][digit_of(keys[0], digit)] == count) continue;  // all have the same
    sort_by_digit(from, to, count, digit, counts[digit]);
    std::swap(from, to);
  }
  if (from != keys) std::copy_n(from, count, keys);
}

at::Tensor sorted_numbers(const at::Tensor& values) {
  const auto dense = values.contiguous();
  const auto* value = dense.const_data_ptr<double>();
  const auto sorted = torch::empty({dense.numel()}, torch::kInt64);
  auto* keys = reinterpret_cast<uint64_t*>(sorted.mutable_data_ptr<int64_t>());
  int64_t count = 0;
  for (int64_t i = 0; i < dense.numel(); ++i)
    if (!std::isnan(value[i])) keys[count++] = key_of(value[i]);
  if (count <= kFewNumbers) std::sort(keys, keys + count);
  else sort_keys(keys, count);
  std::transform(keys, keys + count, keys, bits_of);
  return sorted.narrow(0, 0, count).view(torch::kFloat64);
}

}  // namespace reszoo::detail
