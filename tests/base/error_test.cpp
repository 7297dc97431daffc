// Error messages have one line for every type of exception.
#include "reszoo/base/error.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Error, HasAKindAndAFormattedMessage) {
  expect_error(ErrorKind::input, "f.csv: row 3 of 7",
               [] { fail(ErrorKind::input, "{}: row {} of {}", "f.csv", 3, 7); });
}

TEST(Error, OfOthersIsItsFirstLine) {
  EXPECT_EQ(message_of(Error(ErrorKind::usage, "two\nlines")), "two\nlines");  // the message of an Error is kept
  EXPECT_EQ(message_of(std::runtime_error("first\nsecond")), "first");
  try {
    TORCH_CHECK(false, "sizes differ");
  } catch (const std::exception& error) {
    EXPECT_EQ(message_of(error), "sizes differ");
  }
}
