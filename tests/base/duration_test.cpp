#include "reszoo/base/duration.h"

#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Duration, IsSecondsOrANumberWithAUnit) {
  EXPECT_EQ(parse_duration("90"), 90);
  EXPECT_EQ(parse_duration("90s"), 90);
  EXPECT_EQ(parse_duration("10m"), 600);
  EXPECT_EQ(parse_duration("1.5h"), 5400);
}

TEST(Duration, OtherTextsAreRefused) {
  for (const auto* text : {"", "m", "10 m", "10min", "-5", "0", "0s", "nan", "inf", "1e999", "1h30m", "ten"})
    expect_error_parts(ErrorKind::usage, {"10m", fmt::format("\"{}\"", text)}, [&] { parse_duration(text); });
}

TEST(Duration, IsShownInItsLargestUnits) {
  EXPECT_EQ(duration_text(41.6), "42s");
  EXPECT_EQ(duration_text(185), "3m05s");
  EXPECT_EQ(duration_text(7800), "2h10m");
}

TEST(Duration, TheClockGoesForward) {
  const double before = steady_seconds();
  EXPECT_GE(steady_seconds(), before);
}
