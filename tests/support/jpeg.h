// Writes JPEG files with libjpeg.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <jpeglib.h>

namespace reszoo::test {

struct JpegOptions {
  J_COLOR_SPACE colours = JCS_RGB;  // colour space of the pixels; JCS_CMYK is written inverted, as Adobe does
  int quality = 100;
  int down = 1, across = 1;  // chroma subsampling; 2, 2 is 4:2:0
  bool progressive = false;
  bool arithmetic = false;     // arithmetic instead of Huffman coding
  bool luma_and_inks = false;  // CMYK as YCCK
  int orientation = 0;         // EXIF orientation; 0 writes none
};

/// Returns an EXIF segment with this orientation, in the byte order opposite to this computer's.
inline std::string exif_segment(int orientation) {
  using namespace std::string_literals;
  return "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + static_cast<char>(orientation) +
         "\0\0\0\0\0\0"s;
}

inline std::string jpeg(const std::vector<uint8_t>& pixels, int width, const JpegOptions& options = {}) {
  jpeg_compress_struct state{};
  jpeg_error_mgr errors{};
  state.err = jpeg_std_error(&errors);
  jpeg_create_compress(&state);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&state, &bytes, &size);
  state.in_color_space = options.colours;
  state.input_components = options.colours == JCS_GRAYSCALE ? 1 : options.colours == JCS_CMYK ? 4 : 3;
  state.image_width = static_cast<JDIMENSION>(width);
  state.image_height = static_cast<JDIMENSION>(pixels.size() / static_cast<size_t>(width * state.input_components));
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, options.quality, TRUE);
  if (options.colours == JCS_RGB) {
    state.comp_info[0].v_samp_factor = options.down;
    state.comp_info[0].h_samp_factor = options.across;
  }
  state.arith_code = options.arithmetic ? TRUE : FALSE;
  if (options.luma_and_inks) jpeg_set_colorspace(&state, JCS_YCCK);
  if (options.progressive) jpeg_simple_progression(&state);
  jpeg_start_compress(&state, TRUE);
  if (options.orientation > 0) {
    const auto segment = exif_segment(options.orientation);
    jpeg_write_marker(&state, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(segment.data()),
                      static_cast<unsigned>(segment.size()));
  }
  while (state.next_scanline < state.image_height) {
    auto* row = const_cast<JSAMPLE*>(pixels.data()) +
                state.next_scanline * state.image_width * static_cast<JDIMENSION>(state.input_components);
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  std::string text(reinterpret_cast<char*>(bytes), size);
  std::free(bytes);
  return text;
}

}  // namespace reszoo::test
