#include "image_formats.h"

#include <algorithm>

#include "bmp_image.h"
#include "gif_image.h"
#include "jpeg_image.h"
#include "npy_image.h"
#include "png_image.h"
#include "reszoo/data/decode.h"
#include "tiff_image.h"
#include "webp_image.h"

namespace reszoo {
namespace {

using namespace std::string_view_literals;
using Start = std::string_view;

bool any_of(Start start, std::initializer_list<Start> beginnings) {
  return std::ranges::any_of(beginnings, [&](Start beginning) { return start.starts_with(beginning); });
}

/// Returns whether the bytes at a place are these.
bool has(Start start, size_t at, Start bytes) { return start.size() > at && start.substr(at).starts_with(bytes); }

/// Returns whether this is a file of ISO boxes whose first one names one of these brands, four letters each.
bool has_brand(Start start, std::initializer_list<Start> brands) {
  if (!has(start, 4, "ftyp"sv)) return false;
  const size_t size = static_cast<uint8_t>(start[2]) * 256U + static_cast<uint8_t>(start[3]);
  const auto box = start.substr(0, std::min(size, start.size()));
  for (size_t at = 8; at + 4 <= box.size(); at += 4)
    if (std::ranges::count(brands, box.substr(at, 4)) > 0) return true;
  return false;
}

bool begins_as_svg(Start start) {
  if (start.starts_with("\xef\xbb\xbf"sv)) start.remove_prefix(3);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  return any_of(start, {"<svg"sv, "<!DOCTYPE svg"sv}) ||
         (start.starts_with("<?xml"sv) && start.find("<svg"sv) != Start::npos);
}

bool begins_as_pnm(Start start) {
  return start.size() > 3 && start[0] == 'P' && start[1] >= '1' && start[1] <= '6' && start[2] == '\n' &&
         (start[3] == '#' || (start[3] >= '0' && start[3] <= '9'));
}

bool begins_as_raw(Start start) {
  return has_brand(start, {"crx "sv}) || (any_of(start, {"II*\0"sv, "MM\0*"sv}) && has(start, 8, "CR"sv)) ||
         any_of(start, {"IIRO"sv, "IIRS"sv, "MMOR"sv, "IIU\0"sv, "FUJIFILMCCD-RAW"sv, "FOVb"sv, "\0MRM"sv});
}

bool begins_as_tiff(Start start) { return any_of(start, {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}); }

// The first row that fits is taken.
constexpr ImageFormatRow kImageFormats[] = {
    {"JPEG", [](Start s) { return s.starts_with("\xff\xd8\xff"sv); }, open_jpeg},
    {"PNG", [](Start s) { return s.starts_with("\x89PNG\r\n\x1a\n"sv); }, open_png},
    {"WebP", [](Start s) { return s.starts_with("RIFF"sv) && has(s, 8, "WEBP"sv); }, open_webp},
    {"GIF",
     [](Start s) {
       return any_of(s, {"GIF87a"sv, "GIF89a"sv});
     },
     open_gif},
    {"BMP", is_bmp, open_bmp},
    {"camera raw", begins_as_raw},
    {"TIFF", begins_as_tiff, open_tiff},
    {"npy", [](Start s) { return s.starts_with("\x93NUMPY"sv); }, open_npy},
    {"AVIF",
     [](Start s) {
       return has_brand(s, {"avif"sv, "avis"sv});
     }},
    {"HEIC",
     [](Start s) {
       return has_brand(s, {"heic"sv, "heix"sv, "hevc"sv, "heim"sv, "heis"sv, "mif1"sv, "msf1"sv});
     }},
    {"JPEG 2000",
     [](Start s) {
       return any_of(s, {"\0\0\0\x0cjP  "sv, "\xff\x4f\xff\x51"sv});
     }},
    {"JPEG XL",
     [](Start s) {
       return any_of(s, {"\0\0\0\x0cJXL "sv, "\xff\x0a"sv});
     }},
    {"JPEG XR", [](Start s) { return s.starts_with("II\xbc"sv); }},
    {"SVG", begins_as_svg},
    {"PSD", [](Start s) { return s.starts_with("8BPS"sv); }},
    {"XCF", [](Start s) { return s.starts_with("gimp xcf"sv); }},
    {"ICO", [](Start s) { return s.starts_with("\0\0\1\0"sv) && has(s, 5, "\0"sv); }},
    {"PNM", begins_as_pnm},
    {"OpenEXR", [](Start s) { return s.starts_with("\x76\x2f\x31\x01"sv); }},
    {"Radiance HDR",
     [](Start s) {
       return any_of(s, {"#?RADIANCE"sv, "#?RGBE"sv});
     }},
    {"DDS", [](Start s) { return s.starts_with("DDS \x7c"sv); }},
    {"PCX", [](Start s) { return s.starts_with("\x0a\5\1"sv); }},
    {"SGI",
     [](Start s) {
       return any_of(s, {"\x01\xda\0"sv, "\x01\xda\1"sv});
     }},
    {"QOI", [](Start s) { return s.starts_with("qoif"sv); }},
    {"DICOM", [](Start s) { return has(s, 128, "DICM"sv); }},
    {"FITS", [](Start s) { return s.starts_with("SIMPLE  ="sv); }},
};

}  // namespace

const ImageFormatRow* find_image_format(std::string_view start) {
  start = start.substr(0, kImageStart);
  const auto* row = std::ranges::find_if(kImageFormats, [&](const auto& format) { return format.begins(start); });
  return row != std::end(kImageFormats) ? row : nullptr;
}

}  // namespace reszoo
