// The axes of plots, for any numbers.
#include "report/axis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "report/page.h"
#include "support/any_values.h"

using namespace reszoo::page;
using reszoo::test::AnyValues;
using Texts = std::vector<std::string>;

namespace {

/// Expects at most seven different ticks in the range, with different short texts.
void expect_readable(const Axis& axis) {
  ASSERT_TRUE(std::isfinite(axis.low) && std::isfinite(axis.high) && axis.low < axis.high);
  const auto marks = ticks(axis);
  ASSERT_EQ(marks.at.size(), marks.texts.size());
  EXPECT_GE(marks.at.size(), 2u);
  EXPECT_LE(marks.at.size(), 7u);
  EXPECT_TRUE(std::is_sorted(marks.at.begin(), marks.at.end(), std::less_equal<>()) || marks.at.size() < 2);
  const auto width = static_cast<long double>(axis.high) - axis.low;
  EXPECT_GE(marks.at.front(), axis.low - 1e-9L * width);
  EXPECT_LE(marks.at.back(), axis.high + 1e-9L * width);
  EXPECT_EQ(std::set(marks.texts.begin(), marks.texts.end()).size(), marks.texts.size())
      << testing::PrintToString(marks.texts) << testing::PrintToString(marks.at) << axis.low << " " << axis.high;
  const size_t widest = axis.marks == Axis::Marks::date ? 12 : 7;
  for (const auto& text : marks.texts) EXPECT_LE(text.size(), widest) << text;
  EXPECT_LE(label_of(axis, marks).size(), 100u);
}

void expect_readable_axes(int64_t count) {
  for (int64_t seed = 0; seed < count; ++seed) {
    AnyValues any(static_cast<uint64_t>(seed));
    const auto values = any.numbers(1 + any.below(5));
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    expect_readable(drawable(axis_of(values, "price")));
    expect_readable(drawable({.low = any.number(), .high = any.number(), .marks = Axis::Marks::date}));
    const Axis axis = drawable({any.number(), any.number()});
    expect_readable(axis);
    for (const double value : any.numbers(5)) {
      EXPECT_TRUE(axis.place(value) >= 0 && axis.place(value) <= 1) << value;
      EXPECT_TRUE(axis.bin(value, 45) >= 0 && axis.bin(value, 45) < 45) << value;
    }
    if (testing::Test::HasFailure()) return;
  }
}

Texts texts_of(const Axis& axis) { return ticks(drawable(axis)).texts; }

}  // namespace

TEST(Axis, HasFewReadableTicksForAnyNumbers) { expect_readable_axes(3000); }
TEST(FullAxis, HasFewReadableTicksForAnyNumbers) { expect_readable_axes(1'000'000); }

TEST(Axis, NumbersOneUnitInTheLastPlaceApartAreOneValue) {
  const auto axis = axis_of({0.3, 0.1 + 0.2}, "x");
  EXPECT_DOUBLE_EQ(axis.low, 0.285);
  EXPECT_DOUBLE_EQ(axis.high, 0.315);
  EXPECT_EQ(texts_of(axis), (Texts{"0.29", "0.30", "0.31"}));
}

TEST(Axis, AConstantOfAnySizeHasItsValueInTheMiddle) {
  for (const double value : {1e-320, 1e-12, -3.5, 1e9, 1e300})
    EXPECT_NEAR(axis_of({value, value}, "").place(value), 0.5, 1e-9) << value;
  EXPECT_NEAR(axis_of({0}, "").place(0), 0.5, 1e-9);
}

TEST(Axis, TicksAreWrittenAsShortAsTheirStepAllows) {
  EXPECT_EQ(texts_of({0, 10}), (Texts{"0", "2", "4", "6", "8", "10"}));
  EXPECT_EQ(texts_of({-0.31, 0.42}), (Texts{"-0.2", "0", "0.2", "0.4"}));
  EXPECT_EQ(texts_of({0, 25000}), (Texts{"0", "5k", "10k", "15k", "20k", "25k"}));
  EXPECT_EQ(texts_of({0, 2.4e6}), (Texts{"0", "0.5M", "1.0M", "1.5M", "2.0M"}));
  EXPECT_EQ(texts_of({0, 9e9}), (Texts{"0", "2G", "4G", "6G", "8G"}));
  EXPECT_EQ(texts_of({0, 1e-5}), (Texts{"0", "2e-06", "4e-06", "6e-06", "8e-06", "1e-05"}));
  EXPECT_EQ(texts_of({-1e308, 1e308}), (Texts{"-1e+308", "-5e+307", "0", "5e+307", "1e+308"}));
  EXPECT_EQ(texts_of({.low = 0, .high = 1, .marks = Axis::Marks::fraction}),
            (Texts{"0%", "20%", "40%", "60%", "80%", "100%"}));
}

TEST(Axis, ASmallRangeOfLargeNumbersIsShownByItsDistanceFromARoundOne) {
  const Axis axis{1e9 + 3, 1e9 + 14, "price"};
  const auto marks = ticks(axis);
  EXPECT_EQ(marks.texts, (Texts{"5", "10"}));
  EXPECT_EQ(marks.at, (std::vector<double>{1e9 + 5, 1e9 + 10}));
  EXPECT_EQ(label_of(axis, marks), "price − 1,000,000,000");
}

TEST(Axis, TinyRangesAreShownInAUnit) {
  const Axis axis{-9.99e-5, -9.4e-5, "x"};
  const auto marks = ticks(axis);
  EXPECT_EQ(marks.texts, (Texts{"-9.8", "-9.6", "-9.4"}));
  EXPECT_EQ(label_of(axis, marks), "x in 1e-05");
}

TEST(Axis, DatesHaveMonthsDaysOrTimes) {
  const auto dates = [](double low, double high) {
    return texts_of({.low = low, .high = high, .marks = Axis::Marks::date});
  };
  EXPECT_EQ(dates(19723, 20089).front(), "2024-03");  // 2024
  EXPECT_EQ(dates(19723, 19733), (Texts{"2024-01-02", "2024-01-04", "2024-01-06", "2024-01-08", "2024-01-10"}));
  EXPECT_EQ(dates(19723, 19724.01).front(), "01-01 00:00");
  EXPECT_EQ(dates(19723.0001, 19723.0011).size(), 5u);
}

TEST(Number, HasTheDigitsAskedForAndNoExponentInOrdinarySizes) {
  EXPECT_EQ(number(53940.2), "53,940");
  EXPECT_EQ(number(548.31), "548.3");
  EXPECT_EQ(number(999.7, 3), "1,000");
  EXPECT_EQ(number(150, 2), "150");
  EXPECT_EQ(number(0.031274), "0.03127");
  EXPECT_EQ(number(2.5e-6), "2.5e-06");
  EXPECT_EQ(number(-1e12), "−1e+12");
  EXPECT_EQ(number(NAN), "not defined");
  EXPECT_EQ(percent(-1e300), "−1e+302\u00A0%");
  EXPECT_EQ(percent(1e308), "not defined");
  EXPECT_EQ(numbers_apart({1e9, 1e9 + 1}), (Texts{"1,000,000,000", "1,000,000,001"}));
  EXPECT_EQ(numbers_apart({0.3, 0.1 + 0.2}), (Texts{"0.29999999999999999", "0.30000000000000004"}));
  EXPECT_EQ(numbers_apart({2, 2}), (Texts{"2", "2"}));
}

TEST(Text, IsCutByCharactersAndEscapedWhateverItsBytes) {
  EXPECT_EQ(escape("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
  EXPECT_EQ(escape(std::string("a\0\x1b\x80\nb", 6)), "a\uFFFD\uFFFD\uFFFD\nb");
  EXPECT_EQ(shortened("größer", 4), "grö…");
  EXPECT_EQ(shortened(std::string(1000, '\x80'), 4), "\uFFFD\uFFFD\uFFFD…");
  EXPECT_EQ(name("short"), "short");
}
