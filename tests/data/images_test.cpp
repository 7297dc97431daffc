// Images from files, and what kind of data a path holds.
#include <png.h>
#include <torch/types.h>
#include <zlib.h>

#include "reszoo/base/safe_file.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/idx.h"
#include "reszoo/data/source.h"
#include "support/jpeg.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::string png(std::vector<uint8_t> pixels, uint32_t width, uint32_t format) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = static_cast<uint32_t>(pixels.size() / width / PNG_IMAGE_SAMPLE_CHANNELS(format));
  image.format = format;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr);
  std::string bytes(size, '\0');
  png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr);
  return bytes.substr(0, size);
}

Tensor bytes_tensor(std::vector<uint8_t> values, std::vector<int64_t> shape) {
  return torch::from_blob(values.data(), shape, torch::kUInt8).clone();
}

std::string idx(uint32_t magic, std::vector<uint32_t> shape, const std::string& data) {
  shape.insert(shape.begin(), magic);
  std::string text;
  for (const auto number : shape)
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> shift & 0xff);
  return text + data;
}

constexpr uint32_t images_magic = 0x0803, labels_magic = 0x0801;

void put_gzip(const std::filesystem::path& path, const std::string& bytes) {
  auto* file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

// Two images of 1 x 2 to train on, one to test with, in three spellings.
void put_idx_folder(const std::filesystem::path& folder) {
  write_file(folder / "train-images-idx3-ubyte", idx(images_magic, {2, 1, 2}, "abcd"));
  put_gzip(folder / "train-labels-idx1-ubyte.gz", idx(labels_magic, {2}, {'\x03', '\xff'}));
  write_file(folder / "t10k-images.idx3-ubyte", idx(images_magic, {1, 1, 2}, "ef"));
  put_gzip(folder / "t10k-labels.idx1-ubyte.gz", idx(labels_magic, {1}, "\x07"));
}

}  // namespace

TEST(Decode, PngIsExact) {
  const std::vector<uint8_t> rgb{255, 0, 1, 2, 3, 4, 250, 128, 9, 77, 66, 55};
  EXPECT_TRUE(torch::equal(decode_image(png(rgb, 2, PNG_FORMAT_RGB), "a"), bytes_tensor(rgb, {2, 2, 3})));
}

TEST(Decode, GreyIsRepeatedAndAlphaDropped) {
  EXPECT_TRUE(torch::equal(decode_image(png({7, 200}, 2, PNG_FORMAT_GRAY), "a"),
                           bytes_tensor({7, 7, 7, 200, 200, 200}, {1, 2, 3})));
  EXPECT_TRUE(torch::equal(decode_image(png({9, 8, 7, 0, 6, 5, 4, 100}, 2, PNG_FORMAT_RGBA), "a"),
                           bytes_tensor({9, 8, 7, 6, 5, 4}, {1, 2, 3})));
  const auto grey = decode_image(jpeg(std::vector<uint8_t>(64, 90), 8, {.colours = JCS_GRAYSCALE}), "a");
  EXPECT_TRUE(torch::equal(grey, torch::full({8, 8, 3}, 90, torch::kUInt8)));
}

TEST(Decode, JpegIsNear) {
  std::vector<uint8_t> rgb;
  for (int i = 0; i < 16 * 8; ++i) rgb.insert(rgb.end(), {static_cast<uint8_t>(i), 100, static_cast<uint8_t>(200 - i)});
  const auto decoded = decode_image(jpeg(rgb, 16), "a");
  ASSERT_EQ(decoded.sizes(), (std::vector<int64_t>{8, 16, 3}));
  EXPECT_LE((decoded.to(torch::kInt32) - bytes_tensor(rgb, {8, 16, 3})).abs().max().item<int>(), 4);
}

TEST(Decode, DamageIsAnErrorThatNamesTheFile) {
  std::vector<uint8_t> noise(3 * 32 * 32);
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<uint8_t>(i * i * 31);
  const TempDir folder;
  for (const auto& bytes : {png(noise, 32, PNG_FORMAT_RGB), jpeg(noise, 32)})
    for (const auto size : {bytes.size() / 3, bytes.size() / 2, bytes.size() - 40}) {
      write_file(folder / "cut.image", bytes.substr(0, size));
      expect_error_parts(ErrorKind::file, {"cut.image: damaged"}, [&] { decode_image(folder / "cut.image"); });
    }
  auto flipped = png(noise, 32, PNG_FORMAT_RGB);
  flipped[flipped.size() / 2] ^= 1;
  expect_error(ErrorKind::file, "x: damaged PNG", [&] { decode_image(flipped, "x"); });
  expect_error(ErrorKind::file, "x: neither JPEG nor PNG", [] { decode_image("GIF89a", "x"); });
  expect_error(ErrorKind::file, "x: neither JPEG nor PNG", [] { decode_image("", "x"); });
}

TEST(Idx, ReadsAFolderInAnySpelling) {
  const TempDir folder;
  put_idx_folder(folder.path());
  const auto sets = read_idx_folder(folder.path());
  EXPECT_TRUE(torch::equal(sets.train.images, bytes_tensor({'a', 'b', 'c', 'd'}, {2, 1, 1, 2})));
  EXPECT_TRUE(torch::equal(sets.train.labels, torch::tensor({3, 255}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(sets.test.images, bytes_tensor({'e', 'f'}, {1, 1, 1, 2})));
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

TEST(DetectData, TellsByContentAndEnding) {
  const TempDir folder;
  const auto put = [&](const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_file(folder / name, bytes);
    return detect_data(folder / name);
  };
  EXPECT_EQ(put("a.csv", "a,b\n"), DataKind::table);
  EXPECT_EQ(put("a.tsv.gz", "\x1f\x8b"), DataKind::table);
  EXPECT_EQ(put("a.any", "PAR1...."), DataKind::table);
  EXPECT_EQ(put("a.feather", "ARROW1.."), DataKind::table);
  EXPECT_EQ(put("a.jpg", "\xff\xd8\xff\xe0"), DataKind::image_file);
  EXPECT_EQ(put("a.txt", "PAR"), DataKind::unknown);
  EXPECT_EQ(put("classes/cat/1.png", "\x89PNG\r\n\x1a\n..."), DataKind::image_file);
  EXPECT_EQ(detect_data(folder / "classes"), DataKind::image_folder);
  EXPECT_EQ(detect_data(folder / "classes/cat"), DataKind::unknown);
  std::filesystem::create_directory(folder / "digits");
  put_idx_folder(folder / "digits");
  EXPECT_EQ(detect_data(folder / "digits"), DataKind::idx_folder);
  expect_error_parts(ErrorKind::file, {"lost", "no such file or folder"}, [&] { detect_data(folder / "lost"); });
}
