#include "webp_image.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include "exif.h"
#include "image_limits.h"
#include "whole_image.h"

namespace reszoo {
namespace {

/// The chunks of a WebP file.
class WebpChunks {
 public:
  explicit WebpChunks(std::string_view bytes) {
    const WebPData data{reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
    demux_.reset(WebPDemux(&data));
  }
  bool valid() const { return demux_ != nullptr; }
  int64_t number(WebPFormatFeature feature) const { return WebPDemuxGetI(demux_.get(), feature); }

  std::string_view chunk(const char* name) const {
    WebPChunkIterator found{};
    std::string_view content;
    if (WebPDemuxGetChunk(demux_.get(), name, 1, &found) != 0)
      content = {reinterpret_cast<const char*>(found.chunk.bytes), found.chunk.size};
    WebPDemuxReleaseChunkIterator(&found);
    return content;  // within the file
  }

  /// Returns the first frame; its width is 0 if there is none.
  WebPIterator frame() const {
    WebPIterator found{};
    if (WebPDemuxGetFrame(demux_.get(), 1, &found) == 0) found = {};
    auto first = found;
    WebPDemuxReleaseIterator(&found);
    return first;  // its bytes are within the file
  }

 private:
  struct Delete {
    void operator()(WebPDemuxer* demux) const { WebPDemuxDelete(demux); }
  };
  std::unique_ptr<WebPDemuxer, Delete> demux_;
};

class Webp : public WholeImage {
 public:
  Webp(Bytes bytes, std::string name) : WholeImage(std::move(bytes), std::move(name)) {
    const WebpChunks chunks(bytes_.view());
    if (!chunks.valid()) damaged("WebP", "its chunks are damaged or truncated");
    header_.height = chunks.number(WEBP_FF_CANVAS_HEIGHT);
    header_.width = chunks.number(WEBP_FF_CANVAS_WIDTH);
    check_image_size(header_.height, header_.width, name_);
    const auto frame = chunks.frame();
    if (frame.width < 1) damaged("WebP", "it has no image");
    frame_ = {frame.y_offset, frame.x_offset, frame.height, frame.width};
    header_.bands = frame.has_alpha != 0 || (chunks.number(WEBP_FF_FORMAT_FLAGS) & ALPHA_FLAG) != 0 ? 4 : 3;
    const auto exif = exif_orientation(chunks.chunk("EXIF"));
    header_.orientation = exif.value_or(xmp_orientation(chunks.chunk("XMP ")).value_or(1));
  }

 protected:
  ImageBuffer decode() const override { return decode_frame(3); }
  ImageValues decode_values() const override { return values_of(decode_frame(header_.bands)); }

 private:
  /// Decodes the first frame, with or without alpha. The canvas around it is black and transparent.
  ImageBuffer decode_frame(int64_t channels) const {
    const auto frame = WebpChunks(bytes_.view()).frame();
    ImageBuffer pixels(header_.height, header_.width, channels);
    auto* to = pixels.row(frame_.top) + frame_.left * channels;
    const auto size = static_cast<size_t>((frame_.height - 1) * pixels.row_size() + frame_.width * channels);
    const auto stride = static_cast<int>(pixels.row_size());
    const auto* decoded = channels == 4
                              ? WebPDecodeRGBAInto(frame.fragment.bytes, frame.fragment.size, to, size, stride)
                              : WebPDecodeRGBInto(frame.fragment.bytes, frame.fragment.size, to, size, stride);
    if (decoded == nullptr) damaged("WebP", "its pixels are damaged or truncated");
    return pixels;
  }

  Box frame_;  // on the canvas
};

}  // namespace

std::unique_ptr<LazyImage> open_webp(Bytes bytes, const std::string& name) {
  return std::make_unique<Webp>(std::move(bytes), name);
}

}  // namespace reszoo
