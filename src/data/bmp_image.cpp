#include "bmp_image.h"

#include <algorithm>
#include <array>
#include <bit>

#include "bmp_runs.h"
#include "image_limits.h"
#include "palette.h"
#include "whole_image.h"

namespace reszoo {
namespace {

constexpr size_t kFileHeader = 14;
constexpr uint32_t kOldHeader = 12;  // OS/2 1.x: 16-bit sizes, palettes of three bytes
constexpr uint32_t kHeaders[] = {kOldHeader, 16, 40, 52, 56, 64, 108, 124};

enum Compression : uint32_t { kPlain = 0, kRuns8 = 1, kRuns4 = 2, kMasks = 3, kAlphaMasks = 6 };

/// Reads little-endian integers; 0 beyond the end.
uint32_t number_at(std::string_view bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i-- > 0;)
    value = value << 8 | (at + i < bytes.size() ? static_cast<uint8_t>(bytes[at + i]) : 0);
  return value;
}

/// One colour of a pixel of 16 or 32 bits.
struct BmpMask {
  uint32_t bits = 0;

  uint8_t of(uint32_t pixel) const {
    if (bits == 0) return 0;
    const auto shift = std::countr_zero(bits);
    return static_cast<uint8_t>(uint64_t{(pixel & bits) >> shift} * 255 / (bits >> shift));
  }
};

class Bmp : public WholeImage {
 public:
  Bmp(Bytes bytes, std::string name) : WholeImage(std::move(bytes), std::move(name)) {
    const auto size = at(kFileHeader, 4);
    const bool old = size == kOldHeader;
    const auto side = [&](size_t place) {
      const auto number = old ? at(kFileHeader + 4 + 2 * place, 2) : at(kFileHeader + 4 + 4 * place, 4);
      return old ? int64_t{number} : int64_t{static_cast<int32_t>(number)};
    };
    const auto height = side(1);
    header_ = {.height = std::abs(height), .width = side(0)};
    top_down_ = height < 0;
    bits_ = at(kFileHeader + (old ? 10 : 14), 2);
    compression_ = size < 40 ? uint32_t{kPlain} : at(kFileHeader + 16, 4);
    pixels_ = at(10, 4);
    check_image_size(header_.height, header_.width, name_);
    check_kind();
    if (bits_ <= 8) read_palette(size);
    else read_masks(size);
    if (!has_runs() && pixels_ + (stride() * header_.height) > static_cast<int64_t>(bytes_.size()))
      damaged("BMP", "the file is truncated");
  }

 protected:
  ImageBuffer decode() const override {
    if (has_runs()) {
      const auto numbers =
          read_bmp_runs(bytes_.view().substr(std::min<size_t>(static_cast<size_t>(pixels_), bytes_.size())),
                        header_.height, header_.width, compression_ == kRuns4);
      if (!numbers) damaged("BMP", "the file is truncated");
      return palette_.look_up(*numbers);
    }
    ImageBuffer image(header_.height, header_.width, 3);
    std::vector<uint8_t> numbers(static_cast<size_t>(header_.width));
    for (int64_t y = 0; y < header_.height; ++y) {
      const auto row = top_down_ ? y : header_.height - 1 - y;
      const auto* from = reinterpret_cast<const uint8_t*>(bytes_.view().data()) + pixels_ + row * stride();
      if (bits_ <= 8) look_up_row(from, numbers, image.row(y));
      else colour_row(from, image.row(y));
    }
    return image;
  }

 private:
  uint32_t at(size_t place, size_t size) const { return number_at(bytes_.view(), place, size); }
  bool has_runs() const { return compression_ == kRuns8 || compression_ == kRuns4; }
  int64_t stride() const { return (header_.width * bits_ + 31) / 32 * 4; }

  void check_kind() const {
    constexpr int64_t kBits[] = {1, 2, 4, 8, 16, 24, 32};
    const bool masks = (compression_ == kMasks || compression_ == kAlphaMasks) && bits_ >= 16;
    const bool runs = (compression_ == kRuns8 && bits_ == 8) || (compression_ == kRuns4 && bits_ == 4);
    if (std::ranges::count(kBits, bits_) == 0 || (compression_ != kPlain && !masks && !runs))
      fail(ErrorKind::file, "{}: a BMP of {} bits with compression {}, which is not read; convert it to PNG", name_,
           bits_, compression_);
  }

  void read_palette(uint32_t size) {
    const size_t entry = size == kOldHeader ? 3 : 4, first = kFileHeader + size;
    size_t count = size_t{1} << bits_;
    if (const auto given = size >= 40 ? at(kFileHeader + 32, 4) : 0; given > 0) count = std::min<size_t>(given, count);
    for (size_t i = 0; i < count && first + (i + 1) * entry <= bytes_.size(); ++i) {
      const auto place = first + i * entry;
      palette_.set(i, static_cast<uint8_t>(at(place + 2, 1)), static_cast<uint8_t>(at(place + 1, 1)),
                   static_cast<uint8_t>(at(place, 1)));
    }
    if (pixels_ == 0) pixels_ = static_cast<int64_t>(first + count * entry);
  }

  void read_masks(uint32_t size) {
    const auto bytes_of_masks = compression_ == kPlain || size > 40 ? 0 : compression_ == kAlphaMasks ? 16 : 12;
    if (pixels_ == 0) pixels_ = static_cast<int64_t>(kFileHeader) + size + bytes_of_masks;
    if (bits_ == 16) masks_ = {BmpMask{0x7c00}, BmpMask{0x3e0}, BmpMask{0x1f}};
    constexpr size_t kMasksAt = kFileHeader + 40;
    const bool any = at(kMasksAt, 4) != 0 || at(kMasksAt + 4, 4) != 0 || at(kMasksAt + 8, 4) != 0;
    for (size_t c = 0; compression_ != kPlain && any && c < 3; ++c) masks_[c] = {at(kMasksAt + 4 * c, 4)};
  }

  void look_up_row(const uint8_t* from, std::vector<uint8_t>& numbers, uint8_t* to) const {
    const auto in_byte = 8 / bits_;
    for (int64_t x = 0; x < header_.width; ++x) {
      const auto shift = 8 - bits_ * (x % in_byte + 1);
      numbers[static_cast<size_t>(x)] = static_cast<uint8_t>((from[x / in_byte] >> shift) & ((1 << bits_) - 1));
    }
    palette_.look_up(numbers.data(), header_.width, to);
  }

  void colour_row(const uint8_t* from, uint8_t* to) const {
    const auto size = bits_ / 8;
    for (int64_t x = 0; x < header_.width; ++x, from += size) {
      if (bits_ == 24) {
        for (int c = 0; c < 3; ++c) *to++ = from[2 - c];
        continue;
      }
      uint32_t pixel = 0;
      for (auto i = size; i-- > 0;) pixel = pixel << 8 | from[i];
      for (const auto& mask : masks_) *to++ = mask.of(pixel);
    }
  }

  bool top_down_ = false;
  int64_t bits_ = 0, pixels_ = 0;  // bits of a pixel; place of the first row
  uint32_t compression_ = kPlain;
  Palette palette_;
  std::array<BmpMask, 3> masks_{BmpMask{0xff0000}, BmpMask{0xff00}, BmpMask{0xff}};  // red, green, blue
};

}  // namespace

bool is_bmp(std::string_view start) {
  const auto size = number_at(start, kFileHeader, 4);
  return start.starts_with("BM") && std::ranges::count(kHeaders, size) > 0;
}

std::unique_ptr<LazyImage> open_bmp(Bytes bytes, const std::string& name) {
  return std::make_unique<Bmp>(std::move(bytes), name);
}

}  // namespace reszoo
