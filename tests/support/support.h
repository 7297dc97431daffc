// Utilities for the tests of all rooms.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/base/error.h"

namespace reszoo::test {

/// A temporary folder with a space in its name, removed by the destructor.
class TempDir {
 public:
  TempDir() {
    auto name = (std::filesystem::temp_directory_path() / "reszoo test XXXXXX").string();
    if (!mkdtemp(name.data())) fail(ErrorKind::file, "TempDir: cannot make {}", name);
    folder_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  const std::filesystem::path& path() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// Expects `action` to throw an Error of this kind whose message contains every part.
template <typename Action>
void expect_error_parts(ErrorKind kind, const std::vector<std::string>& parts, Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    for (const auto& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "no \"" << part << "\" in: " << error.what();
    return;
  } catch (const std::exception& error) {
    FAIL() << "another exception: " << error.what();
  }
  FAIL() << "no error; expected: " << parts.front();
}

/// Expects an error whose message contains one part.
template <typename Action>
void expect_error(ErrorKind kind, const std::string& part, Action&& action) {
  expect_error_parts(kind, {part}, std::forward<Action>(action));
}

}  // namespace reszoo::test
