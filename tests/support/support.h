// What tests of every room share.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "reszoo/base/error.h"

namespace reszoo::test {

/// Expects an Error of this kind whose message holds `part`.
template <typename Action>
void expect_error(ErrorKind kind, const std::string& part, Action action) {
  try {
    action();
    ADD_FAILURE() << "no error; expected: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

}  // namespace reszoo::test
