// Colour operations. Geometric operations are in pixel_warp.cpp.
#include "reszoo/preprocess/pixel_ops.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "luma.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {
namespace {

using Table = std::array<uint8_t, 256>;  // the new value of each byte value
using Histogram = std::array<int64_t, 256>;

template <typename Value>
Table table_of(Value value) {
  Table table;
  for (int i = 0; i < 256; ++i) table[static_cast<size_t>(i)] = value(i);
  return table;
}

template <typename Value>
ImageBuffer each_byte(ImageBuffer image, Value value) {
  for (auto& byte : image.bytes) byte = value(byte);
  return image;
}

/// Applies to each channel the table that `table` computes from its histogram.
template <typename MakeTable>
ImageBuffer each_channel(ImageBuffer image, MakeTable make_table) {
  const auto channels = static_cast<size_t>(image.channels), size = image.bytes.size();
  auto* bytes = image.bytes.data();
  for (size_t c = 0; c < channels; ++c) {
    Histogram histogram{};
    for (size_t i = c; i < size; i += channels) ++histogram[bytes[i]];
    const Table table = make_table(histogram);
    for (size_t i = c; i < size; i += channels) bytes[i] = table[bytes[i]];
  }
  return image;
}

/// Pillow's blend: in float32, rounded down.
uint8_t blend(int from, int to, float factor) {
  const float mixed = static_cast<float>(from) + factor * static_cast<float>(to - from);
  return static_cast<uint8_t>(std::clamp(mixed, 0.0f, 255.0f));
}

int mean_luma(const ImageBuffer& image) {
  if (image.bytes.empty()) return 0;
  int64_t sum = 0, count = image.height * image.width;
  const auto* bytes = image.bytes.data();
  if (image.channels == 1)
    for (int64_t i = 0; i < count; ++i) sum += bytes[i];
  else
    for (int64_t i = 0; i < count; ++i) sum += luma(bytes + 3 * i);
  return static_cast<int>(std::lround(static_cast<double>(sum) / static_cast<double>(count)));
}

struct Hsv {
  uint8_t hue, saturation, value;
};

/// Pillow's conversion, with its mixture of float32 and float64.
Hsv hsv_of(int r, int g, int b) {
  const int most = std::max({r, g, b}), least = std::min({r, g, b});
  if (most == least) return {0, 0, static_cast<uint8_t>(most)};
  const auto range = static_cast<float>(most - least);
  const auto below = [&](int x) { return static_cast<float>(most - x) / range; };
  float hue = 0;  // in sixths of the circle, minimum -1
  if (r == most) hue = below(b) - below(g);
  else if (g == most) hue = static_cast<float>(2.0 + below(r) - below(b));
  else hue = static_cast<float>(4.0 + below(g) - below(r));
  double turn = hue / 6.0 + 1.0;
  if (turn >= 1) turn -= 1;
  hue = static_cast<float>(turn);
  return {static_cast<uint8_t>(hue * 255.0), static_cast<uint8_t>(range / static_cast<float>(most) * 255.0),
          static_cast<uint8_t>(most)};
}

/// A hue: the index of its sixth of the colour circle, and the position within that sixth.
struct Sector {
  int index;
  double rest;
};

/// Returns the sector of every hue after the shift.
std::array<Sector, 256> sectors_of(uint8_t turn) {
  std::array<Sector, 256> sectors;
  for (size_t hue = 0; hue < sectors.size(); ++hue) {
    const double sixths = static_cast<uint8_t>(hue + turn) * 6.0 / 255.0;
    const int index = static_cast<int>(sixths);
    sectors[hue] = {index % 6, static_cast<float>(sixths - index)};
  }
  return sectors;
}

/// Pillow's inverse conversion.
void write_rgb(const Hsv& hsv, const Sector& sector, uint8_t* rgb) {
  const double saturation = static_cast<float>(hsv.saturation / 255.0);
  const auto part = [&](double less) {  // rounded to a byte
    const double exact = hsv.value * (1.0 - less);
    const int floor = static_cast<int>(exact);
    return static_cast<uint8_t>(exact - floor < 0.5 ? floor : floor + 1);
  };
  const uint8_t v = hsv.value, p = part(saturation), q = part(saturation * sector.rest),
                t = part(saturation * (1.0 - sector.rest));
  const uint8_t colours[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
  for (int c = 0; c < 3; ++c) rgb[c] = colours[sector.index][c];
}

}  // namespace

ImageBuffer adjust_brightness(ImageBuffer image, double factor) {
  return each_byte(std::move(image), [alpha = static_cast<float>(factor)](uint8_t x) { return blend(0, x, alpha); });
}

ImageBuffer adjust_contrast(ImageBuffer image, double factor) {
  const int mean = mean_luma(image);
  return each_byte(std::move(image),
                   [mean, alpha = static_cast<float>(factor)](uint8_t x) { return blend(mean, x, alpha); });
}

ImageBuffer adjust_saturation(ImageBuffer image, double factor) {
  if (image.channels == 1) return image;
  const auto alpha = static_cast<float>(factor);
  auto* rgb = image.bytes.data();
  for (int64_t i = image.height * image.width; i > 0; --i, rgb += 3) {
    const int grey = luma(rgb);
    for (int c = 0; c < 3; ++c) rgb[c] = blend(grey, rgb[c], alpha);
  }
  return image;
}

ImageBuffer adjust_sharpness(ImageBuffer image, double factor) {
  if (image.height < 3) return image;
  const auto alpha = static_cast<float>(factor);
  const auto step = image.channels, row_size = image.row_size();
  std::vector<uint8_t> above(image.row(0), image.row(1)), here(above);  // rows before the change
  for (int64_t y = 1; y < image.height - 1; ++y, above.swap(here)) {
    auto* row = image.row(y);
    const auto* below = image.row(y + 1);
    std::copy_n(row, row_size, here.data());
    for (int64_t i = step; i < row_size - step; ++i) {
      const auto across = [i, step](const uint8_t* of) { return of[i - step] + of[i] + of[i + step]; };
      const int sum = across(above.data()) + across(here.data()) + across(below) + 4 * row[i];
      row[i] = blend((2 * sum + 13) / 26, row[i], alpha);  // divided by 13, rounded
    }
  }
  return image;
}

ImageBuffer adjust_hue(ImageBuffer image, double shift) {
  if (!(shift >= -0.5 && shift <= 0.5))
    fail(ErrorKind::usage, "adjust_hue: must be in [-0.5, 0.5], got shift={}", shift);
  if (image.channels == 1) return image;
  const auto sectors = sectors_of(static_cast<uint8_t>(static_cast<int>(shift * 255)));
  auto* rgb = image.bytes.data();
  for (int64_t i = image.height * image.width; i > 0; --i, rgb += 3) {
    const auto hsv = hsv_of(rgb[0], rgb[1], rgb[2]);
    write_rgb(hsv, sectors[hsv.hue], rgb);
  }
  return image;
}

ImageBuffer posterize(ImageBuffer image, int64_t bits) {
  if (bits < 1 || bits > 8) fail(ErrorKind::usage, "posterize: must be 1 to 8, got bits={}", bits);
  const auto mask = static_cast<uint8_t>(0xff << (8 - bits));
  return each_byte(std::move(image), [mask](uint8_t x) { return static_cast<uint8_t>(x & mask); });
}

ImageBuffer solarize(ImageBuffer image, double threshold) {
  const auto first = static_cast<int>(std::ceil(std::clamp(threshold, 0.0, 256.0)));
  return each_byte(std::move(image), [first](uint8_t x) { return static_cast<uint8_t>(x < first ? x : 255 - x); });
}

ImageBuffer invert(ImageBuffer image) {
  return each_byte(std::move(image), [](uint8_t x) { return static_cast<uint8_t>(255 - x); });
}

ImageBuffer autocontrast(ImageBuffer image) {
  return each_channel(std::move(image), [](const Histogram& counts) {
    int low = 0, high = 255;
    while (low < high && counts[static_cast<size_t>(low)] == 0) ++low;
    while (high > low && counts[static_cast<size_t>(high)] == 0) --high;
    const double scale = high > low ? 255.0 / (high - low) : 1, offset = high > low ? -low * scale : 0;
    return table_of([&](int x) { return static_cast<uint8_t>(std::clamp(x * scale + offset, 0.0, 255.0)); });
  });
}

ImageBuffer equalize(ImageBuffer image) {
  return each_channel(std::move(image), [](const Histogram& counts) {
    int64_t total = 0, highest = 0;  // number of pixels, and of those with the largest value that occurs
    for (const auto count : counts) {
      total += count;
      if (count > 0) highest = count;
    }
    const auto step = (total - highest) / 255;
    if (step == 0) return table_of([](int x) { return static_cast<uint8_t>(x); });
    auto sum = step / 2;
    return table_of([&](int x) {
      const auto value = std::min<int64_t>(sum / step, 255);
      sum += counts[static_cast<size_t>(x)];
      return static_cast<uint8_t>(value);
    });
  });
}

ImageBuffer to_grey(ImageBuffer image, int64_t channels) {
  if (channels != 1 && channels != 3) fail(ErrorKind::usage, "to_grey: must be 1 or 3, got channels={}", channels);
  return with_channels(with_channels(std::move(image), 1), channels);
}

}  // namespace reszoo
