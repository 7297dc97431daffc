// Quantization to 8 bits.
#include "kernels/quantize.h"

#include <algorithm>
#include <cmath>

#include "targets.h"

using namespace reszoo::kernels;

TEST(Bytes, AGridHoldsItsRangeAndZero) {
  for (const auto& [min, max] : std::vector<std::pair<float, float>>{{-1, 3}, {2, 4}, {-4, -2}, {0, 0}}) {
    const auto grid = QuantParams::of(min, max, 255);
    EXPECT_GE(grid.zero_point, 0);
    EXPECT_LE(grid.zero_point, 255);
    EXPECT_LE(static_cast<double>(0 - grid.zero_point) * grid.scale, std::min(min, 0.0f) + grid.scale);
    EXPECT_GE(static_cast<double>(255 - grid.zero_point) * grid.scale, std::max(max, 0.0f) - grid.scale);
  }
}
