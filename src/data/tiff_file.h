/// The pages of a TIFF file, and their samples.
#pragma once
#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// What one page holds.
struct TiffPage {
  int64_t height = 0, width = 0, samples = 1;  ///< pixels; samples a pixel
  uint16_t bits = 1;                           ///< of a sample
  uint16_t format = SAMPLEFORMAT_UINT;
  uint16_t photometric = PHOTOMETRIC_MINISWHITE;
  uint16_t planes = PLANARCONFIG_CONTIG;
  uint16_t compression = COMPRESSION_NONE;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  uint32_t kind = 0;                 ///< NewSubfileType: a copy of lower resolution, a mask
  std::vector<uint16_t> extra = {};  ///< what the samples after the colours are
  bool is_raw_camera = false;
  bool is_full_ycc = false;  ///< uncompressed bytes of luma and both colour differences for each pixel

  bool operator==(const TiffPage&) const = default;
};

/// libtiff's state on bytes in memory, which must outlive it. Its messages stay here.
class TiffFile {
 public:
  explicit TiffFile(std::string_view bytes);
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  bool valid() const { return tiff_ != nullptr && !is_cut_; }
  const std::string& why() const { return why_; }  ///< libtiff's first error

  bool is_last() const { return TIFFLastDirectory(tiff_.get()) != 0; }

  /// Goes to the next page. Returns whether it could be read.
  bool next() const { return TIFFReadDirectory(tiff_.get()) == 1 && !is_cut_; }

  TiffPage page() const;

  /// Returns why the page cannot be read although it is not damaged; "" if it can.
  std::string refusal(const TiffPage& page) const;

  /// Returns whether all strips or tiles lie within the file.
  bool is_whole() const;

  /// Reads the samples of the page, of whole bytes in the order of this computer: those of 1, 2 and 4 bits have a byte
  /// each, those of 12 bits two. Shape: (height, width, samples). Returns nothing if they are damaged.
  std::vector<uint8_t> samples(const TiffPage& page) const;

  /// Reads the page as red, green and blue bytes, converted by libtiff. Shape: (height, width, 3).
  std::vector<uint8_t> colours(const TiffPage& page) const;

  /// Returns the palette: 2^bits values of red, then of green, then of blue, 16 bits each.
  std::vector<uint16_t> palette(const TiffPage& page) const;

 private:
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };

  std::string_view bytes_;
  size_t at_ = 0;
  std::string why_ = "the file is damaged";
  bool failed_ = false;
  bool is_cut_ = false;  // values of a directory lie beyond the end
  std::unique_ptr<TIFF, Close> tiff_;
};

}  // namespace reszoo
