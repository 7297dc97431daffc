// Numbers in the notations that people write.
#include "reszoo/preprocess/number_words.h"

#include <cmath>

#include "support/support.h"

using namespace reszoo;

TEST(NumberWords, AreReadInTheirNotation) {
  const NumberNotation plain, comma{.decimal = ','}, english{.thousands = ','},
      german{.decimal = ',', .thousands = '.'}, french{.decimal = ',', .thousands = ' '}, swiss{.thousands = '\''},
      dollar{.thousands = ',', .unit = "$"}, percent{.unit = "%"}, kilo{.unit = "kg"}, clock{.clock = true};
  struct Case {
    const char* word;
    const NumberNotation& notation;
    double value;
  };
  for (const auto& [word, notation, value] : std::vector<Case>{{"1.5", plain, 1.5},
                                                               {" +1e3 ", plain, 1000},
                                                               {"(1.5)", plain, -1.5},
                                                               {"1.5-", plain, -1.5},
                                                               {"\xe2\x88\x92"
                                                                "2",
                                                                plain, -2},
                                                               {"1,764", comma, 1.764},
                                                               {"34,242", english, 34242},
                                                               {"1,234,567.25", english, 1234567.25},
                                                               {"12,34,567", english, 1234567},
                                                               {"950", english, 950},
                                                               {"1.234.567,5", german, 1234567.5},
                                                               {"1\xc2\xa0"
                                                                "234,5",
                                                                french, 1234.5},
                                                               {"1\xe2\x80\xaf"
                                                                "234",
                                                                french, 1234},
                                                               {"1'234.5", swiss, 1234.5},
                                                               {"$1,200", dollar, 1200},
                                                               {"-$5", dollar, -5},
                                                               {"$-5", dollar, -5},
                                                               {"($1,200.50)", dollar, -1200.5},
                                                               {"0", dollar, 0},
                                                               {"12.5 %", percent, 12.5},
                                                               {"12 kg", kilo, 12},
                                                               {"13:45", clock, 49500},
                                                               {"13:45:10.5", clock, 49510.5}})
    EXPECT_EQ(number_in(word, notation), value) << word;
}

TEST(NumberWords, OtherTextIsNone) {
  for (const auto* word : {"", "-", "a", "A1", "1a2", "1.2.3", "2024-01-01", "12:30", "n=300", "--5", "1,2", "$5",
                           "5 kg", "(5", "1 2", "0x10", "(-5)"})
    EXPECT_FALSE(number_in(word)) << word;
  const NumberNotation english{.thousands = ','};
  for (const auto* word : {"1,23", "1234,567", "0,123", "1,,234", ",123"})
    EXPECT_FALSE(number_in(word, english)) << word;
  EXPECT_FALSE(number_in("1.5", {.decimal = ','}));
  EXPECT_FALSE(number_in("5", {.unit = "%"}));  // 5, or 500 %
  EXPECT_FALSE(number_in("5 g", {.unit = "kg"}));
  EXPECT_FALSE(number_in("€5", {.unit = "$"}));
}

TEST(NumberWords, EqualNumbersHaveOneSpelling) {
  for (const auto* word : {"3", " 3", "3.0", "+3", "3.", "3e0"}) EXPECT_EQ(plain_number(word), "3") << word;
  EXPECT_EQ(plain_number("2.50"), "2.5");
  EXPECT_EQ(plain_number("-0"), "0");
  EXPECT_EQ(plain_number("1000000000000000001"), "1000000000000000001");
  EXPECT_EQ(plain_number("18446744073709551615.0"), "18446744073709551615");
  for (const auto* word : {"007", "00", "A1", "", "-", "nan", "inf", "1,5", "007.5"})
    EXPECT_FALSE(plain_number(word)) << word;
  EXPECT_TRUE(has_leading_zeros("007") && has_leading_zeros("00"));
  EXPECT_FALSE(has_leading_zeros("0") || has_leading_zeros("0.5") || has_leading_zeros("100"));
}
