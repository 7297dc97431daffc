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
