// Regions and smaller copies of JPEG files, and every kind of file that cameras and programs write.
#include "reszoo/data/decode.h"

#include <png.h>
#include <torch/types.h>

#include "reszoo/base/random.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "support/fixture.h"
#include "support/jpeg.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::filesystem::path photo(const std::string& name) { return std::string(RESZOO_FIXTURES) + "/../photos/" + name; }

/// A smooth image that contains an edge.
std::vector<uint8_t> scene(int height, int width, int channels = 3) {
  std::vector<uint8_t> bytes;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        bytes.push_back(static_cast<uint8_t>((x > y ? 60 : 0) + (2 * x + 3 * y + 50 * c) % 180));
  return bytes;
}

std::unique_ptr<LazyImage> opened(const std::string& bytes) { return open_image(Bytes::own(bytes), "a"); }

/// Returns a region of a whole image.
ImageBuffer cut(const ImageBuffer& whole, const Box& box) {
  return InMemoryImage(whole.bytes.data(), whole.height, whole.width, whole.channels).read(box);
}

}  // namespace

TEST(Decode, APartIsThatOfTheWholeImage) {
  for (const auto& [down, across] : {std::pair(1, 1), std::pair(1, 2), std::pair(2, 2), std::pair(2, 1)})
    for (const bool progressive : {false, true}) {
      const auto image = opened(
          jpeg(scene(151, 203), 203, {.quality = 85, .down = down, .across = across, .progressive = progressive}));
      for (const int64_t scale_denom : {1, 2, 4, 8}) {
        const auto height = (151 + scale_denom - 1) / scale_denom, width = (203 + scale_denom - 1) / scale_denom;
        const auto whole = image->read({0, 0, height, width}, scale_denom);
        Random random(1, down, across);
        for (int i = 0; i < 12; ++i) {
          const auto top = random.below(height), left = random.below(width);
          const Box box{top, left, 1 + random.below(height - top), 1 + random.below(width - left)};
          EXPECT_EQ(image->read(box, scale_denom), cut(whole, box))
              << down << across << progressive << " 1/" << scale_denom << " " << box.top << " " << box.left << " "
              << box.height << " " << box.width;
        }
      }
    }
}

TEST(Decode, RowsAreThoseOfThePart) {
  for (const int orientation : {1, 3, 6})
    for (const auto colours : {JCS_RGB, JCS_GRAYSCALE, JCS_CMYK}) {
      const int channels = colours == JCS_RGB ? 3 : colours == JCS_CMYK ? 4 : 1;
      const auto image = opened(jpeg(scene(90, 70, channels), 70, {.colours = colours, .orientation = orientation}));
      for (const auto& box : {image->whole(), Box{3, 5, 37, 40}, Box{50, 0, 17, 60}}) {
        const auto part = image->read(box);
        auto rows = part;
        std::fill(rows.bytes.begin(), rows.bytes.end(), uint8_t{0});
        int64_t row = 0;
        image->read_rows(box, 1, [&](const ImageBuffer& next) {
          ASSERT_EQ(next.row_size(), part.row_size());
          ASSERT_LE(row + next.height, part.height);
          std::copy_n(next.row(0), next.height * next.row_size(), rows.row(row));
          row += next.height;
        });
        EXPECT_EQ(row, part.height);
        EXPECT_EQ(rows, part) << orientation << " " << channels << " " << box.top;
      }
    }
}

TEST(Decode, WhoTakesRowsMayThrow) {
  const auto image = opened(jpeg(scene(90, 70), 70, {}));
  EXPECT_THROW(image->read_rows(image->whole(), 1, [](const ImageBuffer&) { throw std::runtime_error("enough"); }),
               std::runtime_error);
}

TEST(Decode, APhotographIsTorchvisionsToTheByte) {
  const auto fixture = read_fixture("torchvision_photos");
  for (const auto& c : fixture["cases"]) {
    auto preprocess = imagenet_preprocess();
    preprocess.resize = c["resize"];
    preprocess.crop = c["crop"];
    preprocess.interpolation = c["interpolation"];
    const auto pixels = preprocess.prepare(*open_image(photo(c["photo"])));
    const auto bytes =
        torch::from_blob(const_cast<uint8_t*>(pixels.bytes.data()), {pixels.height, pixels.width, 3}, torch::kUInt8)
            .permute({2, 0, 1})
            .to(torch::kInt64)
            .flatten();
    expect_close(bytes, c["bytes"], 0, c["stride"], c.dump().substr(0, 80));
    EXPECT_EQ(bytes.sum().item<int64_t>(), c["sum"]);
    EXPECT_EQ((bytes * (torch::arange(bytes.numel()) % 65521 + 1)).sum().item<int64_t>(), c["weighted"]);
  }
}

TEST(Decode, AnImageIsUprightWhateverItsOrientation) {
  // Four quadrants of one colour each, upright: 0 40 / 80 120.
  const auto quarter = [](int64_t y, int64_t x) { return 80 * (y >= 16) + 40 * (x >= 32); };
  const int64_t height = 32, width = 64;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    // The position in the upright image of the pixel at a stored row and column, from EXIF's definition of the 0th row
    // and column.
    const auto at = [&](int64_t row, int64_t column) {
      switch (orientation) {
        case 1: return quarter(row, column);                           // top, left
        case 2: return quarter(row, width - 1 - column);               // top, right
        case 3: return quarter(height - 1 - row, width - 1 - column);  // bottom, right
        case 4: return quarter(height - 1 - row, column);              // bottom, left
        case 5: return quarter(column, row);                           // left, top
        case 6: return quarter(column, width - 1 - row);               // right, top
        case 7: return quarter(height - 1 - column, width - 1 - row);  // right, bottom
        default: return quarter(height - 1 - column, row);             // left, bottom
      }
    };
    const auto rows = orientation < 5 ? height : width, columns = orientation < 5 ? width : height;
    std::vector<uint8_t> stored;
    for (int64_t y = 0; y < rows; ++y)
      for (int64_t x = 0; x < columns; ++x) stored.push_back(static_cast<uint8_t>(at(y, x)));
    const auto image =
        opened(jpeg(stored, static_cast<int>(columns), {.colours = JCS_GRAYSCALE, .orientation = orientation}));
    ASSERT_EQ(image->height(), height) << orientation;
    ASSERT_EQ(image->width(), width) << orientation;
    const auto whole = image->read(image->whole());
    for (int64_t y = 4; y < height; y += 8)
      for (int64_t x = 4; x < width; x += 8)
        EXPECT_NEAR(whole.row(y)[x], quarter(y, x), 3) << orientation << " " << y << " " << x;
    const Box box{5, 20, 20, 40};
    EXPECT_EQ(image->read(box), cut(whole, box)) << orientation;
    EXPECT_EQ(image->read({1, 2, 7, 9}, 4), cut(image->read({0, 0, 8, 16}, 4), {1, 2, 7, 9})) << orientation;
  }
}

TEST(Decode, InkBecomesLight) {
  // Adobe's inverted CMYK: 255 means no ink. Red is magenta and yellow.
  std::vector<uint8_t> ink;
  for (int i = 0; i < 64; ++i) ink.insert(ink.end(), {255, 0, 0, 255});
  const auto pixels = opened(jpeg(ink, 8, {.colours = JCS_CMYK}))->read({0, 0, 8, 8});
  ASSERT_EQ(pixels.channels, 3);
  EXPECT_NEAR(pixels.bytes[0], 255, 2);
  EXPECT_NEAR(pixels.bytes[1], 0, 2);
  EXPECT_NEAR(pixels.bytes[2], 0, 2);
}

TEST(Decode, AGreyFileHasOneChannel) {
  const auto image = opened(jpeg(scene(20, 30, 1), 30, {.colours = JCS_GRAYSCALE}));
  EXPECT_EQ(image->read(image->whole()).channels, 1);
  EXPECT_EQ(decode_image(*image).sizes(), (std::vector<int64_t>{20, 30, 3}));
}

/// Writes a PNG with libpng's low-level interface, with any bit depth and colour type.
std::string png_of(int depth, int kind, int width, int height, const std::vector<uint8_t>& bytes,
                   const std::vector<png_color>& palette = {}) {
  std::string text;
  auto* writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  auto* info = png_create_info_struct(writer);
  png_set_write_fn(
      writer, &text,
      [](png_structp png, png_bytep data, size_t size) {
        static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(data), size);
      },
      nullptr);
  png_set_IHDR(writer, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth, kind,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!palette.empty()) png_set_PLTE(writer, info, palette.data(), static_cast<int>(palette.size()));
  png_write_info(writer, info);
  const auto row = bytes.size() / static_cast<size_t>(height);
  for (int y = 0; y < height; ++y) png_write_row(writer, bytes.data() + static_cast<size_t>(y) * row);
  png_write_end(writer, info);
  png_destroy_write_struct(&writer, &info);
  return text;
}

TEST(Decode, SixteenBitsBecomeTheirUpperEight) {
  // Two pixels, 0x1234 and 0xfedc in grey; three values each in colour.
  const auto grey = opened(png_of(16, PNG_COLOR_TYPE_GRAY, 2, 1, {0x12, 0x34, 0xfe, 0xdc}))->read({0, 0, 1, 2});
  ASSERT_EQ(grey.channels, 1);
  EXPECT_NEAR(grey.bytes[0], 0x12, 1);
  EXPECT_NEAR(grey.bytes[1], 0xfe, 1);
  const auto colour =
      opened(png_of(16, PNG_COLOR_TYPE_RGB, 1, 1, {0x80, 0x00, 0x20, 0x10, 0xff, 0xff}))->read({0, 0, 1, 1});
  EXPECT_NEAR(colour.bytes[0], 0x80, 1);
  EXPECT_NEAR(colour.bytes[1], 0x20, 1);
  EXPECT_EQ(colour.bytes[2], 0xff);
}

TEST(Decode, APaletteIsLookedUpAndBitsAreSpread) {
  const auto palette =
      opened(png_of(8, PNG_COLOR_TYPE_PALETTE, 3, 1, {1, 0, 1}, {{9, 8, 7}, {1, 2, 3}}))->read({0, 0, 1, 3});
  EXPECT_EQ(palette.bytes, (std::vector<uint8_t>{1, 2, 3, 9, 8, 7, 1, 2, 3}));
  const auto bits = opened(png_of(1, PNG_COLOR_TYPE_GRAY, 8, 1, {0xa0}))->read({0, 0, 1, 8});
  EXPECT_EQ(bits.bytes, (std::vector<uint8_t>{255, 0, 255, 0, 0, 0, 0, 0}));
}

TEST(Decode, DamageIsFoundWhereItIsRead) {
  const auto bytes = jpeg(scene(160, 160), 160, {.quality = 90});
  const auto image = opened(bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(image->read({0, 0, 16, 160}).height, 16);
  expect_error(ErrorKind::file, "a: damaged JPEG", [&] { image->read(image->whole()); });
  expect_error(ErrorKind::file, "a: damaged JPEG", [&] { image->read({100, 0, 60, 160}); });
  expect_error(ErrorKind::file, "a: damaged JPEG", [&] { opened(bytes.substr(0, 40)); });
}

TEST(Decode, BytesBehindTheImageAreIgnored) {
  const auto bytes = jpeg(scene(32, 32), 32);
  EXPECT_EQ(opened(bytes + std::string(500, '\x7f'))->read({0, 0, 32, 32}), opened(bytes)->read({0, 0, 32, 32}));
}

TEST(Decode, HostileExifIsNoOrientation) {
  using namespace std::string_literals;
  const auto whole = exif_segment(6);
  for (size_t size = 0; size < whole.size(); ++size) {
    auto bytes = jpeg(scene(16, 24), 24, {.orientation = 6});
    const auto place = bytes.find("Exif");
    for (auto i = place + size; i < place + whole.size(); ++i) bytes[i] = '\xff';
    EXPECT_GT(opened(bytes)->height(), 0);
  }
}
