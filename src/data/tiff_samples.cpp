#include <algorithm>
#include <cstring>

#include "tiff_file.h"

namespace reszoo {
namespace {

constexpr int64_t kMostOfABlock = int64_t{1} << 30;  // bytes

int64_t bytes_of_sample(const TiffPage& page) { return page.bits <= 8 ? 1 : page.bits == 12 ? 2 : page.bits / 8; }

/// A strip or a tile: its rows and columns, and the bytes of a row as stored.
struct TiffBlock {
  int64_t rows, columns, row_size;
};

/// Writes `count` samples of whole bytes, every `step` bytes.
void unpack(const uint8_t* from, const TiffPage& page, int64_t count, int64_t step, uint8_t* to) {
  const int64_t size = bytes_of_sample(page), bits = page.bits;
  if (bits >= 8 && bits != 12) {
    if (step == size) {
      std::memcpy(to, from, static_cast<size_t>(count * size));
      return;
    }
    for (int64_t i = 0; i < count; ++i, from += size, to += step) std::memcpy(to, from, static_cast<size_t>(size));
    return;
  }
  for (int64_t i = 0; i < count; ++i, to += step) {
    if (bits == 12) {
      const auto* pair = from + i / 2 * 3;
      const auto value =
          static_cast<uint16_t>(i % 2 == 0 ? pair[0] << 4 | pair[1] >> 4 : (pair[1] & 15) << 8 | pair[2]);
      std::memcpy(to, &value, sizeof(value));
    } else {
      const auto bit = i * bits;
      *to = static_cast<uint8_t>(from[bit / 8] >> (8 - bits - bit % 8) & ((1 << bits) - 1));
    }
  }
}

/// Reads a block as it is in the file: libtiff keeps the sizes of blocks that it computed for fewer colour differences.
tmsize_t read_stored(TIFF* tiff, bool tiled, uint32_t number, void* to, tmsize_t size) {
  return tiled ? TIFFReadRawTile(tiff, number, to, size) : TIFFReadRawStrip(tiff, number, to, size);
}

}  // namespace

std::vector<uint8_t> TiffFile::samples(const TiffPage& page) const {
  auto* tiff = tiff_.get();
  if (page.is_full_ycc) TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, 1, 1);
  const bool tiled = TIFFIsTiled(tiff) != 0, apart = page.planes == PLANARCONFIG_SEPARATE;
  uint32_t columns = static_cast<uint32_t>(page.width), rows = 0;
  TIFFGetFieldDefaulted(tiff, tiled ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, &rows);
  if (tiled) TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &columns);
  const TiffBlock block{tiled ? rows : std::min<int64_t>(rows, page.height), columns,
                        tiled ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff)};
  const auto block_samples = apart ? 1 : page.samples;
  const bool fits = block.rows > 0 && block.columns > 0 && block.row_size > 0 &&
                    block.row_size <= kMostOfABlock / block.rows &&
                    block.row_size * 8 >= block.columns * block_samples * page.bits;
  if (!fits) return {};
  const auto stored = std::make_unique_for_overwrite<uint8_t[]>(static_cast<size_t>(block.rows * block.row_size));
  const auto size = bytes_of_sample(page), pixel = size * page.samples;
  std::vector<uint8_t> samples(static_cast<size_t>(page.height * page.width * pixel));
  uint32_t number = 0;
  for (int64_t plane = 0; plane < (apart ? page.samples : 1); ++plane)
    for (int64_t top = 0; top < page.height; top += block.rows)
      for (int64_t left = 0; left < page.width; left += block.columns, ++number) {
        const auto height = std::min(block.rows, page.height - top), width = std::min(block.columns, page.width - left);
        const auto needed = (tiled ? block.rows : height) * block.row_size;
        const auto read = page.is_full_ycc ? read_stored(tiff, tiled, number, stored.get(), needed)
                          : tiled          ? TIFFReadEncodedTile(tiff, number, stored.get(), needed)
                                           : TIFFReadEncodedStrip(tiff, number, stored.get(), needed);
        if (read < needed) return {};
        for (int64_t y = 0; y < height; ++y)
          unpack(stored.get() + y * block.row_size, page, width * block_samples, apart ? pixel : size,
                 samples.data() + ((top + y) * page.width + left) * pixel + plane * size);
      }
  return samples;
}

}  // namespace reszoo
