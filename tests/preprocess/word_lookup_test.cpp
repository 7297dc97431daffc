// Learnt words are found in the spelling of other files.
#include "reszoo/preprocess/word_lookup.h"

#include "support/support.h"

using namespace reszoo;

namespace {

using Spellings = std::vector<std::string>;

int64_t found(const Spellings& learnt, const std::string& word) { return WordLookup(learnt).find(word); }

}  // namespace

TEST(WordLookup, FindsNumbersByValue) {
  for (const auto* word : {"3", "3.0", " 3", "+3", "3.00"}) EXPECT_EQ(found({"1", "3"}, word), 1) << word;
  for (const auto* word : {"03", "3.1", "x", "-3"}) EXPECT_EQ(found({"1", "3"}, word), -1) << word;
  EXPECT_EQ(found({"1000000000000000001", "1000000000000000002"}, "1000000000000000002.0"), 1);
  EXPECT_EQ(found({"2.5", "x"}, "2.50"), 0);  // one word is none
}

TEST(WordLookup, CodesStayAsTheyAreSpelt) {
  EXPECT_EQ(found({"007", "010", "A1"}, "007"), 0);
  EXPECT_EQ(found({"007", "010", "A1"}, "7"), -1);
  EXPECT_EQ(found({"007", "7"}, "7.0"), 1);
  EXPECT_EQ(found({"3", "3.0"}, "3.0"), 1);
  EXPECT_EQ(found({"3", "3.0"}, "3.00"), -1);  // two words fit
}

TEST(WordLookup, BooleansAreToldApartOnlyIfTrainingHadBothSpellings) {
  for (const auto* word : {"True", "true", "TRUE", "1", "1.0"}) EXPECT_EQ(found({"False", "True"}, word), 1) << word;
  EXPECT_EQ(found({"False", "True", "Unknown"}, "true"), 1);
  EXPECT_EQ(found({"False", "True", "Unknown"}, "1"), -1);
  EXPECT_EQ(found({"True", "true"}, "true"), 1);
  EXPECT_EQ(found({"True", "true"}, "TRUE"), -1);
  EXPECT_EQ(found({"0", "1"}, "false"), 0);
  EXPECT_EQ(found({"0", "1", "2"}, "false"), -1);
  EXPECT_EQ(found({"", "0", "1"}, "True"), 2);
}

TEST(WordLookup, FindsDatesAndWordsInSpaces) {
  EXPECT_EQ(found({"2024-02-29"}, "2024-02-29 00:00:00"), 0);
  EXPECT_EQ(found({"red"}, " red "), 0);
  EXPECT_EQ(found({"red", " red"}, " red"), 1);
  EXPECT_EQ(found({"red"}, "Red"), -1);
  EXPECT_EQ(found({"", "red"}, ""), 0);
  EXPECT_EQ(found({"red"}, ""), -1);
}
