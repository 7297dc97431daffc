#include "jpeg_image.h"

#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <cstring>

#include "exif.h"
#include "image_limits.h"
#include "ink.h"
#include "orientation.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// libjpeg's state, and how it leaves after an error: libjpeg does not use exceptions.
struct Decoder {
  jpeg_decompress_struct state{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf way_out;
  char message[JMSG_LENGTH_MAX] = "";
  bool unsupported = false;  // a kind of JPEG that libjpeg does not read, such as 12 bits a sample

  explicit Decoder(std::string_view bytes) : bytes_(bytes) {
    state.err = jpeg_std_error(&errors);
    state.client_data = this;
    errors.error_exit = [](j_common_ptr common) { of(common).leave(); };
    errors.output_message = [](j_common_ptr) {};
    errors.emit_message = [](j_common_ptr common, int level) {
      if (level < 0 && !is_harmless(common->err->msg_code)) of(common).leave();
    };
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&state); }

  void begin() {
    jpeg_create_decompress(&state);
    // Each scan of a progressive file costs the time of a whole image.
    progress.progress_monitor = [](j_common_ptr common) {
      if (reinterpret_cast<j_decompress_ptr>(common)->input_scan_number > kMostScans) of(common).leave();
    };
    state.progress = &progress;
    jpeg_mem_src(&state, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
    jpeg_save_markers(&state, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&state, TRUE);
  }

 private:
  static constexpr int kMostScans = 500;

  /// Any other warning means wrong pixels.
  static bool is_harmless(int warning) {
    return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_JFIF_MAJOR || warning == JWRN_ADOBE_XFORM ||
           warning == JWRN_BOGUS_PROGRESSION;
  }
  static Decoder& of(j_common_ptr common) { return *static_cast<Decoder*>(common->client_data); }
  [[noreturn]] void leave() {
    errors.format_message(reinterpret_cast<j_common_ptr>(&state), message);
    unsupported = errors.msg_code == JERR_BAD_PRECISION || errors.msg_code == JERR_SOF_UNSUPPORTED ||
                  errors.msg_code == JERR_ARITH_NOTIMPL || errors.msg_code == JERR_CONVERSION_NOTIMPL;
    std::longjmp(way_out, 1);
  }

  std::string_view bytes_;
};

constexpr int64_t kTogether = 16;  // rows; a few of them fit in the L1 cache

/// Buffers for a few rows, as decoded and as passed to the caller.
struct DecodedRows {
  ImageBuffer decoded, given;
};

/// Decodes the next `count` rows.
void decode_rows(Decoder& decoder, ImageBuffer& to, int64_t count) {
  JSAMPROW rows[kTogether];
  for (int64_t i = 0; i < count; ++i) rows[i] = to.row(i);
  for (JDIMENSION done = 0; done < count;)
    done += jpeg_read_scanlines(&decoder.state, rows + done, static_cast<JDIMENSION>(count) - done);
}

/// Passes the rows of a region to `take`. Everything that must be destroyed is owned by the caller, because an error
/// leaves this function by longjmp.
void give_rows(Decoder& decoder, const Box& box, int64_t scale_denom, int64_t channels, DecodedRows& rows,
               const LazyImage::TakeRows& take) {
  auto& state = decoder.state;
  state.scale_num = 1;
  state.scale_denom = static_cast<unsigned>(scale_denom);
  const bool ink = state.jpeg_color_space == JCS_CMYK || state.jpeg_color_space == JCS_YCCK;
  state.out_color_space = ink ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&state);
  const bool whole = box.height == state.output_height && box.width == state.output_width;
  // Colours at the edge of a region are decoded without their neighbours, so one block more is read.
  const auto block = static_cast<int64_t>(state.max_h_samp_factor) * state.min_DCT_scaled_size;
  JDIMENSION left = static_cast<JDIMENSION>(std::max<int64_t>(box.left - block, 0));
  JDIMENSION width =
      static_cast<JDIMENSION>(std::min<int64_t>(box.left + box.width + block, state.output_width)) - left;
  if (width < state.output_width) jpeg_crop_scanline(&state, &left, &width);
  if (box.top > 0) jpeg_skip_scanlines(&state, static_cast<JDIMENSION>(box.top));
  rows.decoded = ImageBuffer(kTogether, state.output_width, state.output_components);
  const bool as_decoded = !ink && box.width == state.output_width;
  if (!as_decoded) rows.given = ImageBuffer(kTogether, box.width, channels);
  for (int64_t y = 0; y < box.height; y += kTogether) {
    const auto count = std::min(kTogether, box.height - y);
    decode_rows(decoder, rows.decoded, count);
    for (int64_t i = 0; !as_decoded && i < count; ++i) {
      const auto* from = rows.decoded.row(i) + (box.left - left) * state.output_components;
      if (ink) from_cmyk(from, /*inverted=*/true, box.width, rows.given.row(i));
      else std::memcpy(rows.given.row(i), from, static_cast<size_t>(rows.given.row_size()));
    }
    auto& given = as_decoded ? rows.decoded : rows.given;
    given.height = count;
    take(given);
  }
  if (whole) jpeg_finish_decompress(&state);
}

/// Returns the orientation of the first EXIF segment that has one, else that of XMP.
int orientation_of(const jpeg_marker_struct* markers) {
  constexpr std::string_view kExif("Exif\0\0", 6), kXmp("http://ns.adobe.com/xap/1.0/\0", 29);
  std::optional<int> exif, xmp;
  for (const auto* marker = markers; marker; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (!exif && data.starts_with(kExif)) exif = exif_orientation(data);
    if (!xmp && data.starts_with(kXmp)) xmp = xmp_orientation(data);
  }
  return exif.value_or(xmp.value_or(1));
}

class Jpeg : public LazyImage {
 public:
  Jpeg(Bytes bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {
    Decoder decoder(bytes_.view());
    if (setjmp(decoder.way_out) != 0) refuse(decoder);
    decoder.begin();
    height_ = decoder.state.image_height;
    width_ = decoder.state.image_width;
    channels_ = decoder.state.num_components == 1 ? 1 : 3;
    orientation_ = orientation_of(decoder.state.marker_list);
    check_image_size(height_, width_, name_);
  }
  int64_t height() const override { return swaps_sides(orientation_) ? width_ : height_; }
  int64_t width() const override { return swaps_sides(orientation_) ? height_ : width_; }
  int64_t channels() const override { return channels_; }
  std::string name() const override { return name_; }
  int64_t max_scale_denom() const override { return 8; }

  ImageBuffer read(const Box& box, int64_t scale_denom = 1) const override {
    const auto side = [&](int64_t size) { return (size + scale_denom - 1) / scale_denom; };
    const auto stored = stored_box(box, side(height_), side(width_), orientation_);
    ImageBuffer pixels(stored.height, stored.width, channels_);
    auto* to = pixels.bytes.data();
    give(stored, scale_denom,
         [&](const ImageBuffer& rows) { to = std::copy_n(rows.bytes.data(), rows.height * rows.row_size(), to); });
    return upright(std::move(pixels), orientation_);
  }

  void read_rows(const Box& box, int64_t scale_denom, const TakeRows& take) const override {
    orientation_ == 1 ? give(box, scale_denom, take) : take(read(box, scale_denom));
  }

 private:
  [[noreturn]] void refuse(const Decoder& decoder) const {
    if (decoder.unsupported)
      fail(ErrorKind::file, "{}: a JPEG of a kind that is not read ({}); convert it to an ordinary JPEG or PNG", name_,
           decoder.message);
    fail(ErrorKind::file, "{}: damaged JPEG: {}", name_, decoder.message);
  }

  /// Passes the rows of a region of the stored image to `take`.
  void give(const Box& box, int64_t scale_denom, const TakeRows& take) const {
    DecodedRows rows;
    Decoder decoder(bytes_.view());
    if (setjmp(decoder.way_out) != 0) refuse(decoder);
    decoder.begin();
    give_rows(decoder, box, scale_denom, channels_, rows, take);
  }

  Bytes bytes_;
  std::string name_;
  int64_t height_ = 0, width_ = 0, channels_ = 3;  // as stored
  int orientation_ = 1;
};

}  // namespace

std::unique_ptr<LazyImage> open_jpeg(Bytes bytes, const std::string& name) {
  return std::make_unique<Jpeg>(std::move(bytes), name);
}

}  // namespace reszoo
