// Writing when there is no room.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "reszoo/base/file.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(File, AFullDiskLeavesTheOldFileWholeAndNothingBeside) {
  TempDir folder;
  const auto path = folder / "model.safetensors";
  write_file(path, "the old content");

  // A limit on the size of files fails writes half way, as a full disk does.
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 4096, before.rlim_max };
  setrlimit(RLIMIT_FSIZE, &small);
  expect_error(ErrorKind::file, "model.safetensors: cannot write: File too large",
               [&] { write_file(path, std::string(10'000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);

  EXPECT_EQ(read_file(path), "the old content");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}
