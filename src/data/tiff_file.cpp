#include "tiff_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "exif.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr tmsize_t kMostMemory = tmsize_t{1} << 30;  // bytes of one allocation

template <typename Value>
Value tiff_field(TIFF* tiff, uint32_t tag, Value otherwise) {
  Value value = otherwise;
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : otherwise;
}

/// Returns whether the page is a small copy in a camera's file, beside the sensor's values.
bool is_of_raw_camera(TIFF* tiff, const TiffPage& page) {
  constexpr uint16_t kFilteredColours = 32803, kLinearRaw = 34892;
  const void* value = nullptr;
  uint16_t count = 0;
  if (TIFFGetField(tiff, TIFFTAG_DNGVERSION, &value) == 1) return true;
  if (page.photometric == kFilteredColours || page.photometric == kLinearRaw) return true;
  return (page.kind & FILETYPE_REDUCEDIMAGE) != 0 && TIFFGetField(tiff, TIFFTAG_SUBIFD, &count, &value) == 1;
}

/// Returns whether luma and colour differences are stored for each pixel. The tag of their resolution is often missing,
/// so the number of bytes tells, as in Pillow.
bool has_full_ycc(TIFF* tiff, const TiffPage& page, size_t file_size) {
  if (page.photometric != PHOTOMETRIC_YCBCR || page.compression != COMPRESSION_NONE || page.samples != 3 ||
      page.bits != 8 || page.planes != PLANARCONFIG_CONTIG)
    return false;
  const bool tiled = TIFFIsTiled(tiff) != 0;
  const auto count = tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  if (count > file_size) return false;
  uint64_t pixels = static_cast<uint64_t>(page.height) * static_cast<uint64_t>(page.width), bytes = 0;
  if (tiled)
    pixels = uint64_t{count} * tiff_field<uint32_t>(tiff, TIFFTAG_TILEWIDTH, 0) *
             tiff_field<uint32_t>(tiff, TIFFTAG_TILELENGTH, 0);
  for (uint32_t i = 0; i < count && bytes < 3 * pixels; ++i) bytes += TIFFGetStrileByteCount(tiff, i);
  return bytes >= 3 * pixels;
}

uint16_t orientation_in_xmp(TIFF* tiff) {
  uint32_t size = 0;
  const char* text = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_XMLPACKET, &size, &text) != 1) return ORIENTATION_TOPLEFT;
  return static_cast<uint16_t>(xmp_orientation({text, size}).value_or(ORIENTATION_TOPLEFT));
}

/// libtiff reads these samples as they are; the others are converted by it.
bool has_plain_samples(const TiffPage& page) {
  constexpr uint16_t kPlain[] = {PHOTOMETRIC_MINISWHITE, PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_RGB, PHOTOMETRIC_PALETTE,
                                 PHOTOMETRIC_SEPARATED};
  return std::ranges::count(kPlain, page.photometric) > 0;
}

bool is_plain_size(const TiffPage& page) {
  constexpr uint16_t kIntegers[] = {1, 2, 4, 8, 12, 16, 32, 64}, kFloats[] = {16, 32, 64};
  if (page.format == SAMPLEFORMAT_IEEEFP) return std::ranges::count(kFloats, page.bits) > 0;
  if (page.format == SAMPLEFORMAT_INT)
    return page.bits >= 8 && page.bits != 12 && std::ranges::count(kIntegers, page.bits) > 0;
  return (page.format == SAMPLEFORMAT_UINT || page.format == SAMPLEFORMAT_VOID) &&
         std::ranges::count(kIntegers, page.bits) > 0;
}

}  // namespace

TiffFile::TiffFile(std::string_view bytes) : bytes_(bytes) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostMemory);
  const auto on_error = [](TIFF*, void* self, const char*, const char* format, va_list values) {
    auto& file = *static_cast<TiffFile*>(self);
    if (file.failed_) return 1;
    char text[200] = "";
    std::vsnprintf(text, sizeof(text), format, values);
    file.why_ = escaped(text, sizeof(text));
    file.failed_ = true;
    return 1;
  };
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, this);
  const auto on_warning = [](TIFF*, void* self, const char*, const char* format, va_list) {
    if (std::string_view(format).starts_with("IO error during reading")) static_cast<TiffFile*>(self)->is_cut_ = true;
    return 1;
  };
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, this);
  const auto read = [](thandle_t self, void* to, tmsize_t size) {
    auto& file = *static_cast<TiffFile*>(self);
    const auto count = std::min(static_cast<size_t>(size), file.bytes_.size() - file.at_);
    std::memcpy(to, file.bytes_.data() + file.at_, count);
    file.at_ += count;
    return static_cast<tmsize_t>(count);
  };
  const auto seek = [](thandle_t self, toff_t offset, int whence) {
    auto& file = *static_cast<TiffFile*>(self);
    const auto from = whence == SEEK_SET ? toff_t{0} : whence == SEEK_CUR ? toff_t{file.at_} : file.bytes_.size();
    file.at_ = static_cast<size_t>(std::min<toff_t>(from + offset, file.bytes_.size()));
    return toff_t{file.at_};
  };
  const auto map = [](thandle_t self, void** first, toff_t* size) {
    const auto& file = *static_cast<TiffFile*>(self);
    *first = const_cast<char*>(file.bytes_.data());
    *size = file.bytes_.size();
    return 1;
  };
  tiff_.reset(TIFFClientOpenExt(
      "TIFF", "r", this, read, [](thandle_t, void*, tmsize_t) { return tmsize_t{0}; }, seek,
      [](thandle_t) { return 0; }, [](thandle_t self) { return toff_t{static_cast<TiffFile*>(self)->bytes_.size()}; },
      map, [](thandle_t, void*, toff_t) {}, options.get()));
}

TiffPage TiffFile::page() const {
  auto* tiff = tiff_.get();
  TiffPage page;
  page.height = tiff_field<uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  page.width = tiff_field<uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  page.samples = tiff_field<uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  page.bits = tiff_field<uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
  page.format = tiff_field<uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  page.planes = tiff_field<uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  page.compression = tiff_field<uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  if (TIFFGetField(tiff, TIFFTAG_ORIENTATION, &page.orientation) != 1) page.orientation = orientation_in_xmp(tiff);
  page.kind = tiff_field<uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0);
  const uint16_t usual = page.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISWHITE;
  page.photometric = tiff_field<uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, usual);
  uint16_t count = 0;
  const uint16_t* extra = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &extra) == 1) page.extra.assign(extra, extra + count);
  page.is_raw_camera = is_of_raw_camera(tiff, page);
  page.is_full_ycc = has_full_ycc(tiff, page, bytes_.size());
  return page;
}

std::string TiffFile::refusal(const TiffPage& page) const {
  if (page.is_raw_camera) return "camera raw";
  if (TIFFIsCODECConfigured(page.compression) != 1) return fmt::format("a TIFF of compression {}", page.compression);
  if (has_plain_samples(page))
    return is_plain_size(page) ? "" : fmt::format("a TIFF of {} bits a sample, format {}", page.bits, page.format);
  if (page.photometric >= PHOTOMETRIC_CIELAB && page.photometric <= PHOTOMETRIC_ITULAB)
    return "a TIFF of CIELab colours";  // libtiff and Pillow differ in them
  char why[1024] = "";
  return TIFFRGBAImageOK(tiff_.get(), why) == 1 ? "" : fmt::format("a TIFF of photometric {}", page.photometric);
}

bool TiffFile::is_whole() const {
  auto* tiff = tiff_.get();
  const auto count = TIFFIsTiled(tiff) != 0 ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  if (count == 0 || count > bytes_.size()) return false;
  for (uint32_t i = 0; i < count; ++i) {
    const auto first = TIFFGetStrileOffset(tiff, i), size = TIFFGetStrileByteCount(tiff, i);
    if (first > bytes_.size() || size > bytes_.size() - first) return false;
  }
  return true;
}

std::vector<uint8_t> TiffFile::colours(const TiffPage& page) const {
  TIFFRGBAImage image;
  char why[1024] = "";
  if (TIFFRGBAImageBegin(&image, tiff_.get(), /*stop=*/1, why) != 1) return {};
  image.orientation = image.req_orientation = ORIENTATION_TOPLEFT;  // as stored
  std::vector<uint32_t> raster(static_cast<size_t>(page.height * page.width));
  const bool read = TIFFRGBAImageGet(&image, raster.data(), static_cast<uint32_t>(page.width),
                                     static_cast<uint32_t>(page.height)) == 1;
  TIFFRGBAImageEnd(&image);
  if (!read) return {};
  std::vector<uint8_t> bytes;
  bytes.reserve(3 * raster.size());
  for (const auto pixel : raster)
    for (const auto value : {TIFFGetR(pixel), TIFFGetG(pixel), TIFFGetB(pixel)})
      bytes.push_back(static_cast<uint8_t>(value));
  return bytes;
}

std::vector<uint16_t> TiffFile::palette(const TiffPage& page) const {
  uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
  if (page.bits > 8 || TIFFGetField(tiff_.get(), TIFFTAG_COLORMAP, &red, &green, &blue) != 1) return {};
  std::vector<uint16_t> palette;
  for (const auto* values : {red, green, blue}) palette.insert(palette.end(), values, values + (1 << page.bits));
  return palette;
}

}  // namespace reszoo
