// Downloads of one file into a temporary folder.
#pragma once
#include "reszoo/base/atomic_file.h"
#include "reszoo/hub/download.h"
#include "reszoo/hub/sha256.h"
#include "server.h"
#include "support/support.h"
#include "variables.h"

namespace reszoo::test {

using Words = std::vector<std::string>;

inline constexpr size_t kSize = 300'000;

inline std::string content() {
  std::string bytes(kSize, '\0');
  uint32_t state = 1;
  for (auto& byte : bytes) byte = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  return bytes;
}

/// A folder, the file on the server, and how it is downloaded.
struct Downloads {
  TempDir folder;
  Variables variables{hub_home(folder.path().string())};
  std::string body = content();
  std::string digest = digest_of(body);
  DownloadOptions options{.wait = std::chrono::milliseconds(1), .stall_time = std::chrono::seconds(1)};

  std::filesystem::path target() const { return folder / "weights-00000000.pth"; }
  std::filesystem::path part() const { return folder / "weights-00000000.pth.part"; }

  std::string digest_of(const std::string& bytes) const {
    write_file(folder / "digested", bytes);
    return sha256_of(folder / "digested").substr(0, 8);
  }
  /// Runs the action in a child process and ends that process without the test's clean-up.
  template <typename Action>
  [[noreturn]] static void leave_after(Action action) {
    try {
      action();
      ::_exit(0);
    } catch (...) {
      ::_exit(1);
    }
  }
  void get(const Server& server) const { download(server.url("/file"), target(), digest, options); }
  void expect_whole() const {
    EXPECT_TRUE(read_file(target()) == body);
    EXPECT_FALSE(std::filesystem::exists(part()));
  }
  void expect_nothing() const {
    EXPECT_FALSE(std::filesystem::exists(target()));
    EXPECT_FALSE(std::filesystem::exists(part()));
  }
};

/// Returns the Range headers of the requests, in order.
inline Words ranges(const Server& server) {
  Words found;
  for (const auto& asked : server.asked()) found.push_back(asked.range);
  return found;
}

}  // namespace reszoo::test
