// Parsing and printing of dates, and their parts.
#include "reszoo/preprocess/dates.h"

#include <torch/types.h>

#include <cmath>

#include "support/support.h"

using namespace reszoo;

TEST(Dates, AreReadAsIsoTextAndSpelledTheSame) {
  const std::vector<std::pair<std::string, double>> same{{"1970-01-01", 0},
                                                         {"1969-12-31", -1},
                                                         {"2024-02-29", 19782},
                                                         {"2024-02-29 12:00:00", 19782.5},
                                                         {"0001-01-01", -719162},
                                                         {"9999-12-31", 2932896},
                                                         {"1970-01-01 00:00:00.250000", 0.25 / 86400}};
  for (const auto& [text, days] : same) {
    EXPECT_EQ(date_in(text), days) << text;
    EXPECT_EQ(date_text(days), text);
  }
  const std::vector<std::pair<std::string, double>> others{{"1970-01-02T06:00", 1.25},
                                                           {"1970-01-02T06:00Z", 1.25},
                                                           {"1970-01-02T06:00+06:00", 1},
                                                           {"1970-01-02T06:00-0600", 1.5},
                                                           {"1970-01-02T06:00:00.000+00", 1.25}};
  for (const auto& [text, days] : others) EXPECT_EQ(date_in(text), days) << text;
  for (const auto* none :
       {"", "2024", "2024-13-01", "2023-02-29", "2024-1-1", "2024-01-01x", "2024-01-01 24:00", "20240101",
        "2024-01-01 10", "2024-01-01 10:00:61", "2024-01-01 10:00:00.", "2024-01-01 10:00+", "today"})
    EXPECT_FALSE(date_in(none)) << none;
  EXPECT_EQ(date_text(std::nan("")), "");
}

TEST(Dates, PartsOfADate) {
  const auto days = torch::tensor({0.0, -0.5, 19782.75, std::nan(""), 1e300}, torch::kFloat64);
  const auto part = [&](DatePart which) { return part_of(days, which).slice(0, 0, 3); };
  EXPECT_TRUE(torch::equal(part(DatePart::month), torch::tensor({1., 12., 2.}, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(part(DatePart::weekday), torch::tensor({3., 2., 3.}, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(part(DatePart::hour), torch::tensor({0., 12., 18.}, torch::kFloat64)));
  for (const auto which : date_parts) EXPECT_TRUE(part_of(days, which)[3].isnan().item<bool>());
  EXPECT_TRUE(part_of(days, DatePart::month)[4].isnan().item<bool>());
}

TEST(Dates, AreReadInOtherOrders) {
  const auto day = *date_in("2024-02-03");
  for (const auto* text : {"2024-02-03", "2024/2/3", "2024.02.03", "2024-Feb-03"})
    EXPECT_EQ(date_in(text, "ymd"), day) << text;
  for (const auto* text : {"03/02/2024", "3.2.24", "03-02-2024", "3 February 2024", "03-Feb-2024", "Sat, 3 Feb 2024"})
    EXPECT_EQ(date_in(text, "dmy"), day) << text;
  for (const auto* text : {"02/03/2024", "Feb 3, 2024", "2-3-24"}) EXPECT_EQ(date_in(text, "mdy"), day) << text;
  EXPECT_EQ(date_in("03/02/2024 1:30 PM", "dmy"), day + 13.5 / 24);
  EXPECT_EQ(date_in("03/02/2024 12:30 am", "dmy"), day + 0.5 / 24);
  EXPECT_EQ(date_in("03/02/2024 13:30:00", "dmy"), day + 13.5 / 24);
  EXPECT_EQ(date_in("03.02.2024 13:30", "%d.%m.%Y %H:%M"), day + 13.5 / 24);
  EXPECT_EQ(date_in("20240203", "%Y%m%d"), day);
  EXPECT_EQ(date_in("1.1.69", "dmy"), *date_in("1969-01-01"));
  for (const auto* text :
       {"31/02/2024", "1/2", "1/2/3", "1/2/2024x", "1.5", "2024", "1/13/2024", "a/b/c", "1/2/2024 25:00"})
    EXPECT_FALSE(date_in(text, "dmy")) << text;
  EXPECT_TRUE(is_zero_date("0000-00-00") && is_zero_date("00/00/0000 00:00:00"));
  EXPECT_FALSE(is_zero_date("2000-00-01") || is_zero_date("0") || is_zero_date("00000000"));
}
