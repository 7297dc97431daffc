// Text utilities for messages: similar words, shortened lists, and escaping of untrusted text.
#include "reszoo/base/text.h"

#include <gtest/gtest.h>

using namespace reszoo;

using Words = std::vector<std::string>;

TEST(Text, TheNearestWordIsSuggested) {
  const Words words{"resnet18", "resnet34", "tabular_resnet"};
  EXPECT_EQ(nearest("resnet19", words), "resnet18");
  EXPECT_EQ(nearest("tabular_resent", words), "tabular_resnet");
  EXPECT_EQ(nearest("vgg", words), "");  // more than a third of the letters differ
  EXPECT_EQ(nearest("x", {"y"}), "");    // a single letter is not similar to anything
  EXPECT_EQ(nearest("resnet18", {}), "");
  EXPECT_EQ(suggestion("resnet19", words), "; did you mean resnet18?");
  EXPECT_EQ(suggestion("vgg", words), "");
}

TEST(Text, WordsThatLookAlikeAreFound) {
  EXPECT_EQ(look_alikes({"no", "Yes", "yes "}), (std::vector<std::string>{"Yes", "yes "}));
  EXPECT_TRUE(look_alikes({"no", "yes", "maybe"}).empty());
}

TEST(Text, ALongListIsCutOff) {
  EXPECT_EQ(list({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(list({"a", "b", "c"}, 2), "a, b and 1 more");
  EXPECT_EQ(list({}), "");
}

TEST(Text, OfAFileIsShownAsPrintableAscii) {
  EXPECT_EQ(escaped("a\n\x1b[31m\xff"
                    "b"),
            "a??[31m?b");
  EXPECT_EQ(escaped("abcdef", 3), "abc…");
}

TEST(Text, Utf8IsKnownFromOtherBytes) {
  for (const std::string text : {"", "plain", "dög", "€", "\U0010ffff"}) EXPECT_TRUE(is_utf8(text)) << text;
  for (const std::string text :
       {"\xff", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"})
    EXPECT_FALSE(is_utf8(text)) << escaped(text);
}
