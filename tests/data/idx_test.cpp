// IDX files, the format of MNIST.
#include "reszoo/data/idx.h"
#include "data/small_files.h"

#include <fmt/format.h>
#include <torch/types.h>

#include "idx_folder.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Idx, ReadsAFolderInAnySpelling) {
  const TempDir folder;
  put_idx_folder(folder.path());
  const auto sets = read_idx_folder(folder.path());
  EXPECT_TRUE(torch::equal(sets.train.images, bytes_tensor({'a', 'b', 'c', 'd'}, {2, 1, 1, 2})));
  EXPECT_TRUE(torch::equal(sets.train.labels, torch::tensor({3, 255}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(sets.test.images, bytes_tensor({'e', 'f'}, {1, 1, 1, 2})));
}

TEST(Idx, ReadsEmnistAndFoldersBelow) {
  const TempDir folder;
  const auto write_set = [&](const std::string& name, char label) {
    std::filesystem::create_directories(folder / "gzip");
    for (const auto* split : {"train", "test"}) {
      put_gzip(folder / fmt::format("gzip/emnist-{}-{}-images-idx3-ubyte.gz", name, split),
               idx(images_magic, {1, 1, 2}, "ab"));
      put_gzip(folder / fmt::format("gzip/emnist-{}-{}-labels-idx1-ubyte.gz", name, split),
               idx(labels_magic, {1}, {label}));
    }
  };
  write_set("letters", 26);
  EXPECT_TRUE(is_idx_folder(folder.path()));
  const auto letters = read_idx_folder(folder.path());
  EXPECT_EQ(letters.train.labels[0].item<int64_t>(), 26);
  EXPECT_EQ(letters.test.images.size(0), 1);
  write_set("digits", 9);
  expect_error_parts(ErrorKind::input, {"has 2 data sets", "emnist-digits", "emnist-letters"},
                     [&] { read_idx_folder(folder.path()); });
  const auto digits = read_idx_folder(folder / "gzip/emnist-digits-train-images-idx3-ubyte.gz");
  EXPECT_EQ(digits.train.labels[0].item<int64_t>(), 9);
}

TEST(Idx, TestImagesMayBeMissing) {
  const TempDir folder;
  put_idx_folder(folder.path());
  std::filesystem::remove(folder / "t10k-images.idx3-ubyte");
  std::filesystem::remove(folder / "t10k-labels.idx1-ubyte.gz");
  const auto sets = read_idx_folder(folder.path());
  EXPECT_FALSE(sets.test.images.defined());
  EXPECT_NE(sets.notes.at(0).find("no test images"), std::string::npos);
}

TEST(Idx, NamesWhatIsWrongWithAFile) {
  const TempDir folder;
  const auto read = [&](const std::string& bytes) {
    write_file(folder / "x", bytes);
    read_idx(folder / "x");
  };
  expect_error_parts(ErrorKind::file, {"x: ", "magic number is 0x00000d03"}, [&] {
    read(idx(0x0d03, {1, 1, 2}, "ab"));
  });
  expect_error(ErrorKind::file, "magic number", [&] { read("ab"); });
  expect_error(ErrorKind::file, "must be 18 bytes by its header, got 17", [&] {
    read(idx(images_magic, {1, 1, 2}, "a"));
  });
  expect_error(ErrorKind::file, "got 19", [&] { read(idx(images_magic, {1, 1, 2}, "abc")); });
  expect_error(ErrorKind::file, "must be", [&] { read(idx(images_magic, {1}, "")); });
  expect_error(ErrorKind::file, "must be", [&] { read(idx(images_magic, {~0u, ~0u, ~0u}, "a")); });
}

TEST(Idx, NamesWhatIsWrongWithAFolder) {
  const TempDir folder;
  put_idx_folder(folder.path());
  write_file(folder / "t10k-labels-idx1-ubyte", idx(labels_magic, {3}, "abc"));
  expect_error(ErrorKind::file, "t10k has 1 images and 3 labels", [&] { read_idx_folder(folder.path()); });
  write_file(folder / "t10k-labels-idx1-ubyte", idx(images_magic, {1, 1, 2}, "ef"));
  expect_error(ErrorKind::file, "labels must have 1 dimensions, got 3", [&] { read_idx_folder(folder.path()); });
  std::filesystem::remove(folder / "t10k-images.idx3-ubyte");
  expect_error(ErrorKind::file, "has no t10k-images-idx3-ubyte", [&] { read_idx_folder(folder.path()); });
  expect_error(ErrorKind::file, "no such folder", [&] { read_idx_folder(folder / "lost"); });
}
