#include "gif_image.h"

#include <gif_lib.h>

#include <algorithm>
#include <cstring>

#include "image_limits.h"
#include "palette.h"
#include "whole_image.h"

namespace reszoo {
namespace {

/// giflib's state after the header of the first frame.
class GifReader {
 public:
  explicit GifReader(std::string_view bytes) : rest_(bytes) {
    gif_ = DGifOpen(this, take, &error_);
    if (gif_ == nullptr || !find_frame()) return;
    const auto& frame = gif_->Image;
    box = {frame.Top, frame.Left, frame.Height, frame.Width};
  }
  GifReader(const GifReader&) = delete;
  GifReader& operator=(const GifReader&) = delete;
  ~GifReader() {
    if (gif_ != nullptr) DGifCloseFile(gif_, nullptr);
  }

  Box box;  ///< the frame on the screen; empty if the file is damaged

  int64_t height() const { return std::max<int64_t>(gif_->SHeight, box.top + box.height); }
  int64_t width() const { return std::max<int64_t>(gif_->SWidth, box.left + box.width); }

  std::string why() const {
    const auto* text = GifErrorString(gif_ != nullptr ? gif_->Error : error_);
    return text != nullptr ? text : "it has no image";
  }

  Palette palette() const {
    Palette palette;
    const auto* colours = gif_->Image.ColorMap != nullptr ? gif_->Image.ColorMap : gif_->SColorMap;
    for (int i = 0; colours != nullptr && i < std::min(colours->ColorCount, 256); ++i) {
      const auto& colour = colours->Colors[i];
      palette.set(static_cast<size_t>(i), colour.Red, colour.Green, colour.Blue);
    }
    return palette;
  }

  /// Reads the numbers of the frame's colours. Returns whether they are whole.
  bool read(ImageBuffer& numbers) {
    std::fill(numbers.bytes.begin(), numbers.bytes.end(), transparent_);
    const bool interlaced = gif_->Image.Interlace;
    constexpr int64_t kFirst[] = {0, 4, 2, 1}, kStep[] = {8, 8, 4, 2};
    for (int pass = 0; pass < (interlaced ? 4 : 1); ++pass)
      for (int64_t y = interlaced ? kFirst[pass] : 0; y < box.height; y += interlaced ? kStep[pass] : 1)
        if (DGifGetLine(gif_, numbers.row(box.top + y) + box.left, static_cast<int>(box.width)) != GIF_OK) return false;
    return true;
  }

 private:
  static int take(GifFileType* gif, GifByteType* to, int size) {
    auto& rest = static_cast<GifReader*>(gif->UserData)->rest_;
    const auto count = std::min(rest.size(), static_cast<size_t>(std::max(size, 0)));
    std::memcpy(to, rest.data(), count);
    rest.remove_prefix(count);
    return static_cast<int>(count);
  }

  bool find_frame() {
    for (GifRecordType type; DGifGetRecordType(gif_, &type) == GIF_OK && type != TERMINATE_RECORD_TYPE;) {
      if (type == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif_) == GIF_OK;
      if (type == EXTENSION_RECORD_TYPE && !read_extension()) return false;
    }
    return false;
  }

  bool read_extension() {
    int code = 0;
    GifByteType* block = nullptr;  // its size, then its bytes
    if (DGifGetExtension(gif_, &code, &block) != GIF_OK) return false;
    for (; block != nullptr;) {
      GraphicsControlBlock control;
      if (code == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        transparent_ = static_cast<uint8_t>(std::max(control.TransparentColor, 0));
      if (DGifGetExtensionNext(gif_, &block) != GIF_OK) return false;
    }
    return true;
  }

  std::string_view rest_;
  GifFileType* gif_ = nullptr;
  int error_ = 0;
  uint8_t transparent_ = 0;
};

class Gif : public WholeImage {
 public:
  Gif(Bytes bytes, std::string name) : WholeImage(std::move(bytes), std::move(name)) {
    const GifReader reader(bytes_.view());
    if (reader.box.height < 1 || reader.box.width < 1) damaged("GIF", reader.why());
    header_ = {.height = reader.height(), .width = reader.width()};
    check_image_size(header_.height, header_.width, name_);
  }

 protected:
  ImageBuffer decode() const override {
    GifReader reader(bytes_.view());
    ImageBuffer numbers(header_.height, header_.width, 1);
    if (!reader.read(numbers)) damaged("GIF", reader.why());
    return reader.palette().look_up(numbers);
  }
};

}  // namespace

std::unique_ptr<LazyImage> open_gif(Bytes bytes, const std::string& name) {
  return std::make_unique<Gif>(std::move(bytes), name);
}

}  // namespace reszoo
