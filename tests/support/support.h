// What tests of every room share: a folder that goes away, and errors that must come.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "reszoo/base/error.h"

namespace reszoo::test {

/// A new folder that is removed, with all in it, when the test ends.
class TempDir {
 public:
  TempDir() {
    auto name = (std::filesystem::temp_directory_path() / "reszoo-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) fail(ErrorKind::file, "{}: cannot make a temporary folder", name);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Expects that `action` throws an Error of this kind with `substring` in its message.
template <typename Action>
void expect_error(ErrorKind kind, const std::string& substring, Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(kind)) << error.what();
    EXPECT_NE(std::string(error.what()).find(substring), std::string::npos)
        << "expected \"" << substring << "\" in: " << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "not one line: " << error.what();
    return;
  } catch (const std::exception& error) {
    ADD_FAILURE() << "expected a reszoo::Error with \"" << substring << "\", got: " << error.what();
    return;
  }
  ADD_FAILURE() << "expected an error with \"" << substring << "\", got none";
}

/// The bytes of a file, read without reszoo's own functions.
inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Writes a file without reszoo's own functions.
inline void put_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace reszoo::test
