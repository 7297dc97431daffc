// Bytes stay valid as long as something refers to them.
#include "reszoo/base/bytes.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "reszoo/base/atomic_file.h"
#include "support/pages.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Bytes, AMappedFileIsReadAndItsPagesAreThisProcesss) {
  const TempDir folder;
  write_file(folder / "f", "content");
  const auto bytes = Bytes::map(folder / "f");
  EXPECT_EQ(bytes.view(), "content");
  bytes.writable()[0] = 'C';
  EXPECT_EQ(bytes.view(), "Content");
  EXPECT_EQ(read_file(folder / "f"), "content");
  write_file(folder / "f", "");  // replaced by a rename: the mapping keeps the old file
  EXPECT_EQ(bytes.view(), "Content");
  EXPECT_EQ(Bytes::map(folder / "f").size(), 0u);
}

TEST(Bytes, MappedPagesAreReleasedUnlessTheyWereChanged) {
  const TempDir folder;
  const std::string content(1 << 20, 'a');
  write_file(folder / "f", content);
  const auto bytes = Bytes::map(folder / "f");
  const auto in_memory = [](const Bytes& part) { return bytes_in_memory(part.view().data(), part.size()); };
  const auto half = bytes.part(0, bytes.size() / 2), rest = bytes.part(bytes.size() / 2, bytes.size() / 2);
  bytes.prefetch();
  EXPECT_EQ(bytes.view(), content);
  if (in_memory(bytes) < 0) GTEST_SKIP() << "no /proc/self/pagemap";
  EXPECT_EQ(in_memory(bytes), 1 << 20);
  release_mapped(half.view().data(), half.size());
  EXPECT_EQ(in_memory(half), 0);
  EXPECT_EQ(in_memory(rest), 1 << 19);
  EXPECT_EQ(bytes.view(), content);  // they are read again
  half.writable()[5] = 'b';
  release_mapped(half.view().data(), half.size());
  EXPECT_EQ(half.view()[5], 'b');
  const auto own = Bytes::own(content);
  release_mapped(own.view().data(), own.size());
  EXPECT_EQ(own.view(), content);
}

TEST(Bytes, APartOutlivesTheWhole) {
  const auto part = [] { return Bytes::own(std::string(1000, 'a') + "bc").part(1000, 2); }();
  EXPECT_EQ(part.view(), "bc");
  EXPECT_EQ(part.owner().use_count(), 1);
}

TEST(Bytes, APipeIsRead) {
  const TempDir folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  // write_file would replace the pipe by a file.
  std::thread writer([&] { std::ofstream(folder / "pipe") << "through a pipe"; });
  EXPECT_EQ(Bytes::map(folder / "pipe").view(), "through a pipe");
  writer.join();
}

TEST(Bytes, WhatTheCallerKeepsIsNotToBeWrittenTo) {
  static constexpr char constant[] = "embedded";
  const auto bytes = Bytes::view(constant, 8);
  EXPECT_EQ(bytes.view(), "embedded");
  EXPECT_EQ(bytes.writable(), nullptr);
  EXPECT_NE(Bytes::own("x").writable(), nullptr);
}

TEST(Bytes, WhatCannotBeMappedIsSaidWithTheReason) {
  const TempDir folder;
  expect_error(ErrorKind::file, "none: cannot be opened (No such file or directory)",
               [&] { Bytes::map(folder / "none"); });
  expect_error(ErrorKind::file, ": is a folder, not a file", [&] { Bytes::map(folder.path()); });
}
