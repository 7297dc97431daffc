/// Samples of any type as numbers.
#pragma once
#include <c10/util/Half.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace reszoo {

/// The types of samples.
enum class SampleType { u8, u16, u32, u64, i8, i16, i32, i64, f16, f32, f64 };

/// Calls `visit` with a value of the type.
template <typename Visit>
auto visit_type(SampleType type, Visit visit) {
  switch (type) {
    case SampleType::u8: return visit(uint8_t{});
    case SampleType::u16: return visit(uint16_t{});
    case SampleType::u32: return visit(uint32_t{});
    case SampleType::u64: return visit(uint64_t{});
    case SampleType::i8: return visit(int8_t{});
    case SampleType::i16: return visit(int16_t{});
    case SampleType::i32: return visit(int32_t{});
    case SampleType::i64: return visit(int64_t{});
    case SampleType::f16: return visit(c10::Half{});
    case SampleType::f32: return visit(float{});
    case SampleType::f64: return visit(double{});
  }
  return visit(uint8_t{});
}

/// Returns a number for a network: an integer is divided by `most`, floating point stays as it is.
template <typename Sample>
float value_of(Sample sample, double most) {
  if constexpr (std::is_integral_v<Sample>) return static_cast<float>(static_cast<double>(sample) / most);
  else return static_cast<float>(sample);
}

/// Returns a byte for display: the upper 8 bits of an integer of `bits` bits; fewer bits are spread over 0 to 255.
/// Floating point, signed integers and those of more than 16 bits are cut to 0 … 255, as in Pillow.
template <typename Sample>
uint8_t byte_of(Sample sample, int bits) {
  if constexpr (std::is_same_v<Sample, uint8_t> || std::is_same_v<Sample, uint16_t>) {
    return static_cast<uint8_t>(bits >= 8 ? sample >> (bits - 8) : sample * 255 / ((1 << bits) - 1));
  } else {
    const auto number = static_cast<double>(sample);
    return number >= 255 ? uint8_t{255} : number > 0 ? static_cast<uint8_t>(number) : uint8_t{0};
  }
}

template <typename Sample>
Sample sample_at(const uint8_t* bytes, int64_t index) {
  Sample sample;
  std::memcpy(&sample, bytes + index * static_cast<int64_t>(sizeof(Sample)), sizeof(Sample));
  return sample;
}

}  // namespace reszoo
