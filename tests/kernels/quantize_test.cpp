// Quantization to 8 bits.
#include "kernels/quantize.h"

#include <algorithm>
#include <cmath>

#include "targets.h"

using namespace reszoo::kernels;

TEST(Bytes, AreRoundedAndLimitedInEveryInstructionSet) {
  const std::vector<float> x = {-1, 0, 0.4f, 0.5f, 1.5f, 126.6f, 200, 1e30f, NAN, -INFINITY, INFINITY};
  const std::vector<uint8_t> expected = {1, 2, 2, 2, 4, 100, 100, 100, 0, 0, 100};
  for_each_target([&](const char* target) {
    for (size_t offset = 0; offset < x.size(); ++offset) {
      std::vector<uint8_t> y(x.size() - offset);
      quantize(x.data() + offset, 1, 2, 100, y.data(), std::ssize(y));
      EXPECT_EQ(y, std::vector<uint8_t>(expected.begin() + static_cast<std::ptrdiff_t>(offset), expected.end()))
          << target;
    }
    std::vector<uint8_t> limited(70, 255);
    limited[3] = 5;
    clamp_to_qmax(limited.data(), 127, std::ssize(limited));
    EXPECT_EQ(limited[3], 5);
    EXPECT_EQ(std::count(limited.begin(), limited.end(), 127), 69);
  });
}

TEST(Bytes, AGridHoldsItsRangeAndZero) {
  for (const auto& [min, max] : std::vector<std::pair<float, float>>{{-1, 3}, {2, 4}, {-4, -2}, {0, 0}}) {
    const auto grid = QuantParams::of(min, max, 255);
    EXPECT_GE(grid.zero_point, 0);
    EXPECT_LE(grid.zero_point, 255);
    EXPECT_LE(static_cast<double>(0 - grid.zero_point) * grid.scale, std::min(min, 0.0f) + grid.scale);
    EXPECT_GE(static_cast<double>(255 - grid.zero_point) * grid.scale, std::max(max, 0.0f) - grid.scale);
  }
}
