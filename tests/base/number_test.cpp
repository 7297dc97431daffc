// Parsing of numbers.
#include "reszoo/base/number.h"

#include <gtest/gtest.h>

using namespace reszoo;

TEST(Number, IsTheWholeTextOrNothing) {
  EXPECT_EQ(number_in_text<int64_t>("-12"), -12);
  EXPECT_EQ(number_in_text<double>("2.5e3"), 2500);
  for (const auto* text : {"", " 1", "1 ", "+1", "1x", "x"}) {
    EXPECT_EQ(number_in_text<int64_t>(text), std::nullopt) << text;
    EXPECT_EQ(number_in_text<double>(text), std::nullopt) << text;
  }
  EXPECT_EQ(number_in_text<int64_t>("1.5"), std::nullopt);
  EXPECT_EQ(number_in_text<int64_t>("9223372036854775808"), std::nullopt);  // 2^63
  EXPECT_EQ(number_in_text<uint8_t>("256"), std::nullopt);
}
