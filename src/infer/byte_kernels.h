/// Floating numbers to bytes, in vectors.
#pragma once
#include <cstdint>

namespace reszoo::detail {

/// y[i] = min(round(x[i] * scale + zero), largest), not below 0; halves to even, a nan is 0.
void map_to_bytes(const float* x, float scale, float zero, uint8_t largest, uint8_t* y, int64_t count);

/// y[i] = min(y[i], largest).
void limit_bytes(uint8_t* y, uint8_t largest, int64_t count);

}  // namespace reszoo::detail
