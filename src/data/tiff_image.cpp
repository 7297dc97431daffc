#include "tiff_image.h"

#include <algorithm>
#include <cmath>

#include "image_limits.h"
#include "ink.h"
#include "palette.h"
#include "sample_values.h"
#include "tiff_file.h"
#include "whole_image.h"
#include "ycc.h"

namespace reszoo {
namespace {

constexpr int64_t kMostPages = 4096;  // that become channels

SampleType type_of(const TiffPage& page) {
  const bool wide = page.bits > 32, two = page.bits > 8 && page.bits <= 16, four = page.bits > 16 && page.bits <= 32;
  if (page.format == SAMPLEFORMAT_IEEEFP) return wide ? SampleType::f64 : two ? SampleType::f16 : SampleType::f32;
  if (page.format == SAMPLEFORMAT_INT)
    return wide ? SampleType::i64 : four ? SampleType::i32 : two ? SampleType::i16 : SampleType::i8;
  return wide ? SampleType::u64 : four ? SampleType::u32 : two ? SampleType::u16 : SampleType::u8;
}

bool is_gray(const TiffPage& page) {
  if (page.photometric != PHOTOMETRIC_MINISWHITE && page.photometric != PHOTOMETRIC_MINISBLACK) return false;
  return page.samples == 1 || (page.samples == 2 && !page.extra.empty() && page.extra[0] != EXTRASAMPLE_UNSPECIFIED);
}

/// Returns whether libtiff converts the page to RGB.
bool is_converted(const TiffPage& page) {
  return page.photometric > PHOTOMETRIC_PALETTE && page.photometric != PHOTOMETRIC_SEPARATED;
}

bool is_ink(const TiffPage& page) { return page.photometric == PHOTOMETRIC_SEPARATED && page.samples >= 4; }
bool is_palette(const TiffPage& page) { return page.photometric == PHOTOMETRIC_PALETTE && page.bits <= 8; }
bool is_rgb(const TiffPage& page) { return page.photometric == PHOTOMETRIC_RGB && page.samples >= 3; }

ImageHeader header_of(const TiffPage& page) {
  ImageHeader header{.height = page.height, .width = page.width, .bands = page.samples};
  header.orientation = page.orientation >= 1 && page.orientation <= 8 ? page.orientation : 1;
  if (is_converted(page) || is_palette(page)) header.bands = 3;
  else if (is_gray(page)) header.channels = 1;
  else if (!is_rgb(page) && !is_ink(page)) header.channels = 0;
  header.deep =
      (header.channels == 1 && page.bits > 8) || (is_rgb(page) && (page.bits > 16 || type_of(page) == SampleType::f16));
  return header;
}

/// Colours that were multiplied by alpha are divided by it, as Pillow does.
void divide_by_alpha(const TiffPage& page, ImageBuffer& bands, int64_t colours) {
  if (page.extra.empty() || page.extra[0] != EXTRASAMPLE_ASSOCALPHA || bands.channels <= colours) return;
  for (auto* pixel = bands.bytes.data(); pixel != bands.bytes.data() + bands.bytes.size(); pixel += bands.channels)
    for (int64_t c = 0; c < colours; ++c) {
      const int alpha = pixel[colours];
      pixel[c] = static_cast<uint8_t>(alpha == 0 ? 0 : std::min(pixel[c] * 255 / alpha, 255));
    }
}

/// Returns the first channels of each pixel.
ImageBuffer first_channels(ImageBuffer bands, int64_t channels) {
  if (bands.channels == channels) return bands;
  ImageBuffer pixels(bands.height, bands.width, channels);
  for (int64_t i = 0; i < bands.height * bands.width; ++i)
    std::copy_n(bands.bytes.data() + i * bands.channels, channels, pixels.bytes.data() + i * channels);
  return pixels;
}

class TiffPicture : public WholeImage {
 public:
  TiffPicture(Bytes bytes, std::string name) : WholeImage(std::move(bytes), std::move(name)) {
    TiffFile file(bytes_.view());
    if (!file.valid()) damaged("TIFF", file.why());
    page_ = file.page();
    header_ = header_of(page_);
    if (const auto why = file.refusal(page_); !why.empty())
      fail(ErrorKind::file, "{}: is {}, which is not read; convert it to PNG or to another TIFF", name_, why);
    check(file);
    while (is_page_of_stack(page_) && !file.is_last() && header_.bands < kMostPages) {
      if (!file.next()) damaged("TIFF", file.why());
      if (!is_alike(file.page())) break;
      header_.channels = 0;
      ++header_.bands;
      check(file);
    }
    is_stack_ = header_.channels == 0 && page_.samples == 1;
  }

 protected:
  ImageBuffer decode() const override {
    const TiffFile file(bytes_.view());
    if (page_.is_full_ycc) return from_full_ycc(bytes_of(file));
    if (is_converted(page_)) return buffer_of(whole(file.colours(page_), file, 3), 3);
    auto bands = bytes_of(file);
    if (is_palette(page_)) return look_up(file, first_channels(std::move(bands), 1));
    if (is_ink(page_)) {
      const auto inks = first_channels(std::move(bands), 4);
      ImageBuffer pixels(inks.height, inks.width, 3);
      from_cmyk(inks.bytes.data(), /*inverted=*/false, inks.height * inks.width, pixels.bytes.data());
      return pixels;
    }
    const int64_t colours = is_rgb(page_) ? 3 : 1;
    if (header_.channels == 0 && !is_stack_)
      fail(ErrorKind::input, "{}: has {} channels, which are neither gray nor RGB", name_, header_.bands);
    divide_by_alpha(page_, bands, colours);
    return first_channels(std::move(bands), colours);
  }

  ImageValues decode_values() const override {
    if (is_converted(page_) || is_palette(page_)) return values_of(decode());
    const TiffFile file(bytes_.view());
    ImageValues image(header_.height, header_.width, header_.bands);
    const auto pages = is_stack_ ? header_.bands : 1;
    for (int64_t page = 0; page < pages; ++page) {
      if (page > 0 && !file.next()) damaged("TIFF", file.why());
      write_values(file, page, image);
    }
    return image;
  }

 private:
  void check(const TiffFile& file) const {
    check_image_size(header_.height, header_.width, name_, header_.bands);
    if (!file.is_whole()) damaged("TIFF", "it is truncated");
  }

  static bool is_page_of_stack(const TiffPage& page) {
    constexpr uint32_t kNotAPage = FILETYPE_REDUCEDIMAGE | FILETYPE_MASK;
    return is_gray(page) && page.samples == 1 && page.bits >= 8 && (page.kind & kNotAPage) == 0;
  }

  bool is_alike(TiffPage page) const {
    if (!is_page_of_stack(page)) return false;
    page.kind = page_.kind;
    return page == page_;
  }

  std::vector<uint8_t> whole(std::vector<uint8_t> samples, const TiffFile& file, int64_t channels) const {
    if (static_cast<int64_t>(samples.size()) < header_.height * header_.width * channels) damaged("TIFF", file.why());
    return samples;
  }

  ImageBuffer buffer_of(std::vector<uint8_t> bytes, int64_t channels) const {
    ImageBuffer pixels(0, 0, channels);
    pixels.height = header_.height;
    pixels.width = header_.width;
    pixels.bytes = std::move(bytes);
    return pixels;
  }

  bool inverted() const { return page_.photometric == PHOTOMETRIC_MINISWHITE && page_.format != SAMPLEFORMAT_IEEEFP; }

  /// Returns all samples of the page as bytes; those of a palette are numbers.
  ImageBuffer bytes_of(const TiffFile& file) const {
    auto samples = whole(file.samples(page_), file, page_.samples);
    if (is_palette(page_) || (page_.bits == 8 && page_.format != SAMPLEFORMAT_INT && !inverted()))
      return buffer_of(std::move(samples), page_.samples);
    ImageBuffer bands(header_.height, header_.width, page_.samples);
    const auto flip = static_cast<uint8_t>(inverted() ? 0xff : 0);
    visit_type(type_of(page_), [&](auto type) {
      for (size_t i = 0; i < bands.bytes.size(); ++i)
        bands.bytes[i] = flip ^ byte_of(sample_at<decltype(type)>(samples.data(), static_cast<int64_t>(i)), page_.bits);
    });
    return bands;
  }

  ImageBuffer look_up(const TiffFile& file, const ImageBuffer& numbers) const {
    const auto values = file.palette(page_);
    if (values.empty()) damaged("TIFF", "it has no palette");
    const bool wide = std::ranges::any_of(values, [](uint16_t value) { return value > 255; });
    const auto byte = [&](size_t at) { return static_cast<uint8_t>(wide ? values[at] >> 8 : values[at]); };
    Palette palette;
    const auto count = values.size() / 3;
    for (size_t i = 0; i < count; ++i) palette.set(i, byte(i), byte(count + i), byte(2 * count + i));
    return palette.look_up(numbers);
  }

  /// Writes the samples of the current page from channel `first` on.
  void write_values(const TiffFile& file, int64_t first, ImageValues& image) const {
    const auto samples = whole(file.samples(page_), file, page_.samples);
    visit_type(type_of(page_), [&](auto type) {
      using Sample = decltype(type);
      const int digits = std::is_signed_v<Sample> ? page_.bits - 1 : page_.bits;
      const double most = std::ldexp(1.0, digits) - 1;
      for (int64_t i = 0; i < header_.height * header_.width; ++i)
        for (int64_t c = 0; c < page_.samples; ++c) {
          auto value = value_of(sample_at<Sample>(samples.data(), i * page_.samples + c), most);
          if (!std::isfinite(value)) damaged("TIFF", "it holds a value that is not finite");
          if (inverted()) value = 1 - value;
          image.values[static_cast<size_t>(i * image.channels + first + c)] = value;
        }
    });
  }

  TiffPage page_;
  bool is_stack_ = false;
};

}  // namespace

std::unique_ptr<LazyImage> open_tiff(Bytes bytes, const std::string& name) {
  return std::make_unique<TiffPicture>(std::move(bytes), name);
}

}  // namespace reszoo
