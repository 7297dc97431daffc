// What bytes of every format begin like, and what is refused by name.
#include <torch/types.h>

#include "reszoo/data/decode.h"
#include "support/fixture.h"
#include "support/jpeg.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::string_literals;

namespace {

std::string little(uint32_t value, int size = 4) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

std::string big(uint32_t value) {
  const auto bytes = little(value);
  return {bytes.rbegin(), bytes.rend()};
}

/// The first box of an ISO file with these brands.
std::string iso_file(const std::string& brands) {
  return big(static_cast<uint32_t>(16 + brands.size() - 4)) + "ftyp" + brands.substr(0, 4) + "\0\0\0\0"s +
         brands.substr(4);
}

std::string tiff_entry(uint32_t tag, uint32_t type, uint32_t value) {
  return little(tag, 2) + little(type, 2) + little(1) + little(value);
}

/// A TIFF of one strip with these further entries.
std::string small_tiff(uint32_t width, uint32_t height, const std::string& more = "", uint32_t photometric = 1) {
  constexpr uint32_t kShort = 3, kLong = 4;
  const auto entries = tiff_entry(256, kLong, width) + tiff_entry(257, kLong, height) + tiff_entry(258, kShort, 8) +
                       tiff_entry(259, kShort, 1) + tiff_entry(262, kShort, photometric) + tiff_entry(273, kLong, 8) +
                       tiff_entry(278, kLong, height) + tiff_entry(279, kLong, 16) + more;
  return "II*\0"s + little(24) + std::string(16, '\x55') + little(static_cast<uint32_t>(entries.size() / 12), 2) +
         entries + little(0);
}

}  // namespace

TEST(ImageFormat, IsToldFromTheFirstBytes) {
  const std::vector<std::pair<std::string, std::string>> read{
      {"\xff\xd8\xff\xe0"s, "JPEG"},
      {"\x89PNG\r\n\x1a\n"s, "PNG"},
      {"RIFF\x24\0\0\0WEBPVP8 "s, "WebP"},
      {"GIF87a"s, "GIF"},
      {"GIF89a"s, "GIF"},
      {"BM"s + little(0) + little(0) + little(54) + little(40), "BMP"},
      {"II*\0\x08\0\0\0"s, "TIFF"},
      {"MM\0*\0\0\0\x08"s, "TIFF"},
      {"II+\0\x08\0\0\0"s, "TIFF"},
      {"\x93NUMPY\x01\0v\0"s, "npy"}};
  for (const auto& [start, name] : read) {
    EXPECT_EQ(image_format(start), (ImageFormat{name, true})) << name;
    EXPECT_TRUE(is_image(start)) << name;
  }
  const std::vector<std::pair<std::string, std::string>> known{{iso_file("avifmif1miaf"), "AVIF"},
                                                               {iso_file("mif1avifmiaf"), "AVIF"},
                                                               {iso_file("heicmif1heic"), "HEIC"},
                                                               {iso_file("mif1heic"), "HEIC"},
                                                               {iso_file("crx isom"), "camera raw"},
                                                               {"\0\0\0\x0cjP  \r\n\x87\n"s, "JPEG 2000"},
                                                               {"\xff\x4f\xff\x51\0"s, "JPEG 2000"},
                                                               {"\0\0\0\x0cJXL \r\n\x87\n"s, "JPEG XL"},
                                                               {"\xff\x0a\xfa"s, "JPEG XL"},
                                                               {"<svg xmlns='x'>"s, "SVG"},
                                                               {"<?xml version='1.0'?>\n<!-- a -->\n<svg>"s, "SVG"},
                                                               {"8BPS\0\1"s, "PSD"},
                                                               {"II*\0\x10\0\0\0CR\2\0"s, "camera raw"},
                                                               {"FUJIFILMCCD-RAW 0201"s, "camera raw"},
                                                               {"IIRO\x08\0\0\0"s, "camera raw"},
                                                               {"P5\n2 2\n255\n"s, "PNM"},
                                                               {"\0\0\1\0\1\0"s, "ICO"},
                                                               {std::string(128, '\0') + "DICM", "DICOM"},
                                                               {"qoif\0"s, "QOI"},
                                                               {"\x76\x2f\x31\x01"s, "OpenEXR"},
                                                               {"gimp xcf file"s, "XCF"}};
  for (const auto& [start, name] : known) {
    EXPECT_EQ(image_format(start), (ImageFormat{name, false})) << name;
    EXPECT_FALSE(is_image(start)) << name;
    expect_error(ErrorKind::file, "a: is " + name + ", which is not read; convert it to JPEG or PNG",
                 [&, &bytes = start] { open_image(Bytes::own(bytes), "a"); });
  }
}

TEST(ImageFormat, TextAndTablesAreNone) {
  for (const auto& start : {"BMI,age\n22,31\n18,40\n"s, "GIF,PNG\n"s, "II,MM\n"s, "RIFF,x\n"s, "P1,P2\n1,2\n"s,
                            "<?xml?><a/>"s, ""s, "PAR1"s, iso_file("isommp42")})
    EXPECT_FALSE(image_format(start)) << start;
}

TEST(ImageFormat, BombsAreRefusedBeforeTheyTakeMemory) {
  const auto refused = [](const std::string& bytes) {
    expect_error(ErrorKind::file, "too large", [&] { open_image(Bytes::own(bytes), "a"); });
  };
  refused("GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2"s);
  refused("BM"s + little(0) + little(0) + little(54) + little(40) + little(60000) + little(60000) + little(1, 2) +
          little(24, 2) + std::string(24, '\0'));
  refused(small_tiff(60000, 60000));
  auto npy = "{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 60000), }"s;
  refused("\x93NUMPY\1\0"s + little(static_cast<uint32_t>(npy.size()), 2) + npy);
  // A size within the limit that the file cannot hold.
  const auto damaged = [](const std::string& bytes) {
    expect_error(ErrorKind::file, "a: damaged", [&] { decode_values(*open_image(Bytes::own(bytes), "a")); });
  };
  damaged(small_tiff(20000, 20000));
  npy = "{'descr': '|u1', 'fortran_order': False, 'shape': (20000, 20000), }"s;
  damaged("\x93NUMPY\1\0"s + little(static_cast<uint32_t>(npy.size()), 2) + npy);
}

TEST(ImageFormat, ArraysThatAreNoImagesAreRefused) {
  const auto refused = [](const std::string& header, const std::string& why) {
    const auto bytes =
        "\x93NUMPY\1\0"s + little(static_cast<uint32_t>(header.size()), 2) + header + std::string(64, '\xff');
    expect_error_parts(ErrorKind::file, {"a: ", why}, [&] { decode_values(*open_image(Bytes::own(bytes), "a")); });
  };
  refused("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", "an array of type '|O', which is no image");
  refused("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 2), }", "an array of type '<c8'");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", "an array of shape (4), which is no image");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }", "an image without pixels");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2, -4), }", "its shape is missing");
  refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", "a value that is not finite");
}

TEST(ImageFormat, RawCameraFilesAreNamed) {
  constexpr uint32_t kLong = 4, kShort = 3;
  const auto refused = [](const std::string& bytes) {
    expect_error(ErrorKind::file, "a: is camera raw, which is not read", [&] { open_image(Bytes::own(bytes), "a"); });
  };
  refused(small_tiff(4, 4, tiff_entry(330, kLong, 8) + tiff_entry(254, kLong, 1)));  // a small copy in NEF, ARW, DNG
  refused(small_tiff(4, 4, "", 32803));                                              // filtered colours
  EXPECT_EQ(open_image(Bytes::own(small_tiff(4, 4, tiff_entry(274, kShort, 1))), "a")->height(), 4);
}

TEST(ImageFormat, KindsOfJpegThatAreNotReadAreNamed) {
  auto bytes = jpeg(std::vector<uint8_t>(3 * 64, 90), 8);
  const auto frame = bytes.find("\xff\xc0");
  bytes[frame + 4] = 12;  // bits a sample
  expect_error(ErrorKind::file, "a: a JPEG of a kind that is not read (Unsupported JPEG data precision 12)",
               [&] { open_image(Bytes::own(bytes), "a"); });
  bytes[frame + 4] = 8;
  bytes[frame + 1] = '\xc3';  // lossless
  expect_error(ErrorKind::file, "a: a JPEG of a kind that is not read", [&] { open_image(Bytes::own(bytes), "a"); });
}

TEST(ImageFormat, ArithmeticCodesAndYcckAreRead) {
  std::vector<uint8_t> ramp;
  for (int i = 0; i < 4 * 16 * 16; ++i) ramp.push_back(static_cast<uint8_t>(i / 8 + 60 * (i % 4)));
  const auto pixels = [&](const JpegOptions& options) {
    const auto image = open_image(Bytes::own(jpeg(ramp, 16, options)), "a");
    return image->read(image->whole());
  };
  EXPECT_EQ(pixels({.quality = 90, .arithmetic = true}), pixels({.quality = 90}));
  const auto plain = pixels({.colours = JCS_CMYK}), inks = pixels({.colours = JCS_CMYK, .luma_and_inks = true});
  ASSERT_EQ(plain.bytes.size(), inks.bytes.size());
  for (size_t i = 0; i < plain.bytes.size(); ++i) EXPECT_NEAR(plain.bytes[i], inks.bytes[i], 6) << i;
}
