// A file has either its complete new content or its complete old content.
#include "reszoo/base/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Makes writes beyond `bytes` fail, like a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit old_{};
  sighandler_t handler_;
};

size_t files_in(const TempDir& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

}  // namespace

TEST(AtomicFile, PiecesAreWrittenInOrder) {
  const TempDir folder;
  write_file(folder / "f", {"one ", "", "two"});
  EXPECT_EQ(read_file(folder / "f"), "one two");
  write_file(folder / "f", "");
  EXPECT_EQ(read_file(folder / "f"), "");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(AtomicFile, AFullDiskKeepsTheOldFileAndLeavesNothingBeside) {
  const TempDir folder;
  write_file(folder / "f", "old");
  {
    const FileSizeLimit limit(4096);
    expect_error(ErrorKind::file, (folder / "f").string() + ": cannot be written (File too large)",
                 [&] { write_file(folder / "f", std::string(5000, 'x')); });
  }
  EXPECT_EQ(read_file(folder / "f"), "old");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(AtomicFile, WhatCannotBeWrittenIsSaidWithTheReason) {
  const TempDir folder;
  write_file(folder / "file", "x");
  expect_error(ErrorKind::file, "file/f: cannot be written (Not a directory)",
               [&] { write_file(folder / "file" / "f", "x"); });
  expect_error(ErrorKind::file, "cannot be written (No such file or directory)",
               [&] { write_file(folder / "none" / "f", "x"); });
  std::filesystem::create_directory(folder / "folder");
  expect_error(ErrorKind::file, "folder: cannot be put in place (Is a directory)",
               [&] { write_file(folder / "folder", "x"); });
  EXPECT_EQ(files_in(folder), 2u);
}

TEST(AtomicFile, WhatCouldNotBeWrittenIsKnownBefore) {
  const TempDir folder;
  write_file(folder / "old", "old");
  require_writable({{folder / "new", 10'000}, {folder / "old", 10'000}, {folder / "empty"}});
  EXPECT_EQ(files_in(folder), 1u);
  EXPECT_EQ(read_file(folder / "old"), "old");
  expect_error(ErrorKind::file, "none/f: cannot be written", [&] { require_writable({{folder / "none" / "f"}}); });
  std::filesystem::create_directory(folder / "folder");
  expect_error(ErrorKind::file, "folder: is a folder, not a file", [&] { require_writable({{folder / "folder"}}); });
  const FileSizeLimit limit(4096);
  require_writable({{folder / "new", 4000}, {folder / "other", 4000}});
  expect_error(ErrorKind::file, "new: cannot be written, it needs 5000 bytes (File too large)", [&] {
    require_writable({{folder / "old", 4000}, {folder / "new", 5000}});
  });
  EXPECT_EQ(files_in(folder), 2u);
}

TEST(AtomicFile, WhatCannotBeReadIsSaidWithTheReason) {
  const TempDir folder;
  expect_error(ErrorKind::file, "none: cannot be opened (No such file or directory)",
               [&] { read_file(folder / "none"); });
  expect_error(ErrorKind::file, ": is a folder, not a file", [&] { read_file(folder.path()); });
}

TEST(AtomicFile, NewFilesFollowTheUmask) {
  const TempDir folder;
  const mode_t old = ::umask(027);
  write_file(folder / "f", "x");
  ::umask(old);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
}
