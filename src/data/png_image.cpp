#include "png_image.h"

#include <csetjmp>
#include <cstdio>

#include <png.h>

#include <algorithm>
#include <cstring>

#include "image_limits.h"
#include "palette.h"
#include "png_orientation.h"
#include "whole_image.h"

namespace reszoo {
namespace {

/// libpng's state. An error leaves by longjmp, so whoever calls `setjmp(way_out)` owns all that must be destroyed.
struct PngReader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf way_out;
  char message[200] = "out of memory";

  explicit PngReader(std::string_view bytes) : rest_(bytes) {}
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }

  /// Reads all up to the pixels. Chunks that change no pixel in Pillow are skipped: gamma, profiles, text.
  void begin() {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, leave, [](png_structp, png_const_charp) {});
    if (png != nullptr) info = png_create_info_struct(png);
    if (info == nullptr) std::longjmp(way_out, 1);
    png_set_read_fn(png, this, take);
    static constexpr png_byte kSkipped[] =
        "gAMA\0cHRM\0sRGB\0iCCP\0sBIT\0bKGD\0tRNS\0hIST\0sPLT\0pHYs\0tIME\0tEXt\0zTXt\0iTXt\0eXIf\0oFFs\0pCAL\0sCAL";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kSkipped, sizeof(kSkipped) / 5);
    png_read_info(png, info);
  }

 private:
  static void leave(png_structp png, png_const_charp text) {
    auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader.message, sizeof(reader.message), "%s", text);
    std::longjmp(reader.way_out, 1);
  }
  static void take(png_structp png, png_bytep to, size_t size) {
    auto& rest = static_cast<PngReader*>(png_get_io_ptr(png))->rest_;
    if (size > rest.size()) png_error(png, "the file is truncated");
    std::memcpy(to, rest.data(), size);
    rest.remove_prefix(size);
  }

  std::string_view rest_;
};

/// Which samples are read.
enum class PngSamples {
  bytes,   ///< the upper 8 bits, without alpha; a palette's numbers
  stored,  ///< 8 or 16 bits, with alpha
};

void choose_samples(PngReader& reader, PngSamples samples) {
  png_set_packing(reader.png);
  if (png_get_color_type(reader.png, reader.info) == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(reader.png);
  if (samples == PngSamples::bytes) {
    png_set_strip_16(reader.png);
    png_set_strip_alpha(reader.png);
  }
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
}

Palette palette_of(PngReader& reader) {
  Palette palette;
  png_colorp colours = nullptr;
  int count = 0;
  png_get_PLTE(reader.png, reader.info, &colours, &count);
  for (int i = 0; i < count; ++i)
    palette.set(static_cast<size_t>(i), colours[i].red, colours[i].green, colours[i].blue);
  return palette;
}

class Png : public WholeImage {
 public:
  Png(Bytes bytes, std::string name) : WholeImage(std::move(bytes), std::move(name)) {
    PngReader reader(bytes_.view());
    if (setjmp(reader.way_out) != 0) damaged("PNG", reader.message);
    read_header(reader);
    check_image_size(header_.height, header_.width, name_);
    header_.orientation = png_orientation(bytes_.view()).value_or(1);
  }

 protected:
  ImageBuffer decode() const override {
    ImageBuffer pixels(0, 0, palette_ ? 1 : header_.channels);
    Palette palette;
    read_samples(PngSamples::bytes, pixels.bytes, palette);
    pixels.height = header_.height;
    pixels.width = header_.width;
    return palette_ ? palette.look_up(pixels) : pixels;
  }

  ImageValues decode_values() const override {
    if (palette_) return values_of(decode());
    std::vector<uint8_t> samples;
    Palette unused;
    read_samples(PngSamples::stored, samples, unused);
    ImageValues image(header_.height, header_.width, header_.bands);
    const bool wide = samples.size() > image.values.size();
    for (size_t i = 0; i < image.values.size(); ++i)
      image.values[i] = wide ? static_cast<float>(samples[2 * i] << 8 | samples[2 * i + 1]) / 65535.0F
                             : static_cast<float>(samples[i]) / 255.0F;
    return image;
  }

 private:
  // Both leave by longjmp where the file is damaged.

  void read_header(PngReader& reader) {
    reader.begin();
    const auto kind = png_get_color_type(reader.png, reader.info);
    palette_ = kind == PNG_COLOR_TYPE_PALETTE;
    header_.height = png_get_image_height(reader.png, reader.info);
    header_.width = png_get_image_width(reader.png, reader.info);
    header_.channels = (kind & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
    header_.bands = header_.channels + ((kind & PNG_COLOR_MASK_ALPHA) != 0 ? 1 : 0);
    header_.deep = header_.channels == 1 && png_get_bit_depth(reader.png, reader.info) == 16;
  }

  void read_pixels(PngReader& reader, PngSamples samples, std::vector<png_bytep>& rows, std::vector<uint8_t>& to,
                   Palette& palette) const {
    reader.begin();
    choose_samples(reader, samples);
    const auto row_size = png_get_rowbytes(reader.png, reader.info);
    // Deflate makes at most 1032 bytes of one; a row of a bit a pixel becomes eight times as long.
    if (row_size * rows.size() / 1032 / 8 > bytes_.size()) png_error(reader.png, "the file is truncated");
    to.resize(row_size * rows.size());
    for (size_t y = 0; y < rows.size(); ++y) rows[y] = to.data() + y * row_size;
    png_read_image(reader.png, rows.data());
    if (palette_) palette = palette_of(reader);
  }

  void read_samples(PngSamples samples, std::vector<uint8_t>& to, Palette& palette) const {
    std::vector<png_bytep> rows(static_cast<size_t>(header_.height));
    PngReader reader(bytes_.view());
    if (setjmp(reader.way_out) != 0) damaged("PNG", reader.message);
    read_pixels(reader, samples, rows, to, palette);
  }

  bool palette_ = false;
};

}  // namespace

std::unique_ptr<LazyImage> open_png(Bytes bytes, const std::string& name) {
  return std::make_unique<Png>(std::move(bytes), name);
}

}  // namespace reszoo
