// Base64 encoding.
#include "reszoo/base/base64.h"

#include <gtest/gtest.h>

using namespace reszoo;

TEST(Base64, IsThatOfTheStandard) {
  for (const auto& [bytes, text] : {std::pair("", ""),
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"},
                                    {"\xff\xfe\xfb", "//77"},
                                    {"\xf8", "+A=="}})
    EXPECT_EQ(base64(bytes), text);
}
