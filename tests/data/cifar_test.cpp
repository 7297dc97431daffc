// The binary files of CIFAR-10 and CIFAR-100.
#include "reszoo/data/cifar.h"
#include "data/small_files.h"

#include "reszoo/base/atomic_file.h"
#include "reszoo/data/detect.h"
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

}  // namespace

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
  expect_error_parts(ErrorKind::file, {"test_batch.bin"}, [&] { read_cifar_folder(folder.path()); });
  put(folder / "test_batch.bin", record({1}, 1) + "x");
  expect_error(ErrorKind::file, "test_batch.bin: must be whole records of 3073 bytes, got 3074",
               [&] { read_cifar_folder(folder.path()); });
  put(folder / "test_batch.bin", record({10}, 1));
  expect_error(ErrorKind::file, "class must be below 10, got 10 in record 1",
               [&] { read_cifar_folder(folder.path()); });
  expect_error(ErrorKind::file, "has neither data_batch_1.bin nor train.bin",
               [&] { read_cifar_folder(folder / "lost"); });
}
