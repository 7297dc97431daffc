// The binary files of CIFAR-10 and CIFAR-100.
#include "reszoo/data/cifar.h"
#include "data/small_files.h"

#include "reszoo/base/atomic_file.h"
#include "reszoo/data/detect.h"
#include "reszoo/data/image_rows.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

/// A CIFAR record: class labels, then the red, green and blue planes.
std::string record(std::initializer_list<int> classes, char pixel) {
  std::string text;
  for (const int label : classes) text += static_cast<char>(label);
  return text + std::string(3 * 1024, pixel);
}

std::string pickled(const std::string& name) {
  static const auto fixture = read_fixture("image_data");
  return from_hex(fixture.at("cifar").at(name).get<std::string>());
}

}  // namespace

TEST(Cifar, ReadsThePicklesOfThePythonVersion) {
  const TempDir folder;
  for (const auto* name : {"data_batch_1", "data_batch_2", "test_batch", "batches.meta"})
    put(folder / "ten/cifar-10-batches-py" / name, pickled(name));
  EXPECT_EQ(detect_data(folder / "ten"), DataKind::cifar_folder);
  const auto ten = read_cifar_folder(folder / "ten");
  EXPECT_EQ(ten.splits.train.images.sizes(), (std::vector<int64_t>{3, 3, 32, 32}));
  EXPECT_TRUE(torch::equal(ten.splits.train.images.select(2, 31).select(2, 31),
                           bytes_tensor({5, 6, 7, 90, 91, 92, 40, 41, 42}, {3, 3})));
  EXPECT_TRUE(torch::equal(ten.splits.train.labels, torch::tensor({3, 9, 0}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(ten.splits.test.labels, torch::tensor({1}, torch::kInt64)));
  EXPECT_EQ(ten.classes.at(9), "truck");
  EXPECT_EQ(ten.splits.notes,
            (std::vector<std::string>{"missing and left out: data_batch_3, data_batch_4, data_batch_5"}));
  for (const auto* name : {"train", "meta"}) put(folder / "hundred" / name, pickled(name));
  const auto hundred = read_cifar_folder(folder / "hundred");
  EXPECT_TRUE(torch::equal(hundred.splits.train.labels, torch::tensor({93, 7}, torch::kInt64)));
  EXPECT_EQ(hundred.classes.at(93), "class93");
  const auto splits = read_image_splits(folder / "ten");
  EXPECT_EQ(splits.notes.at(0),
            (folder / "ten").string() + ": 3 classes (airplane, cat, truck); 3 images in train, 1 image in test");
}

TEST(Cifar, PicklesThatAreNoneAreRefused) {
  const TempDir folder;
  const auto read = [&](const std::string& content) {
    put(folder / "data_batch_1", content);
    read_cifar_folder(folder.path());
  };
  expect_error(ErrorKind::file, "data must be (N, 3072) of uint8, got (2, 5)", [&] { read(pickled("bad shape")); });
  expect_error(ErrorKind::file, "class must be below 10, got 10 in record 1", [&] { read(pickled("bad class")); });
  expect_error(ErrorKind::file, "the pickle has no", [&] { read(pickled("no labels")); });
  expect_error(ErrorKind::file, "damaged", [&] { read(pickled("data_batch_1").substr(0, 3000)); });
}

TEST(Cifar, ReadsBothKinds) {
  const TempDir folder;
  put(folder / "ten/data_batch_1.bin", record({3}, 1) + record({9}, 2));
  put(folder / "ten/data_batch_3.bin", record({0}, 3));
  put(folder / "ten/test_batch.bin", record({1}, 4));
  const auto ten = read_cifar_folder(folder / "ten");
  EXPECT_EQ(detect_data(folder / "ten"), DataKind::cifar_folder);
  EXPECT_EQ(ten.splits.train.images.sizes(), (std::vector<int64_t>{3, 3, 32, 32}));
  EXPECT_EQ(ten.splits.train.labels[1].item<int64_t>(), 9);
  EXPECT_EQ(ten.splits.train.images[2][1][5][5].item<int>(), 3);
  EXPECT_EQ(ten.classes.at(9), "9");
  put(folder / "hundred/train.bin", record({7, 93}, 1));
  put(folder / "hundred/test.bin", record({7, 99}, 1));
  std::string names;
  for (int i = 0; i < 100; ++i) names += "class" + std::to_string(i) + "\r\n";
  put(folder / "hundred/fine_label_names.txt", names);
  const auto hundred = read_cifar_folder(folder / "hundred");
  EXPECT_EQ(hundred.splits.train.labels[0].item<int64_t>(), 93);
  EXPECT_EQ(hundred.classes.at(93), "class93");
}

TEST(Cifar, NamesWhatIsWrong) {
  const TempDir folder;
  put(folder / "data_batch_1.bin", record({3}, 1));
  const auto alone = read_cifar_folder(folder.path());
  EXPECT_FALSE(alone.splits.test.images.defined());
  EXPECT_EQ(
      alone.splits.notes.at(0),
      "missing and left out: data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin");
  EXPECT_EQ(alone.splits.notes.at(1), "batches.meta.txt with the names of the classes is missing, they are numbers");
  put(folder / "test_batch.bin", record({1}, 1) + "x");
  expect_error(ErrorKind::file, "test_batch.bin: must be whole records of 3073 bytes, got 3074",
               [&] { read_cifar_folder(folder.path()); });
  put(folder / "test_batch.bin", record({10}, 1));
  expect_error(ErrorKind::file, "class must be below 10, got 10 in record 1",
               [&] { read_cifar_folder(folder.path()); });
  expect_error(ErrorKind::file, "has neither data_batch_1.bin nor train.bin",
               [&] { read_cifar_folder(folder / "lost"); });
}
