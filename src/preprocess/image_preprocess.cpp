#include "reszoo/preprocess/image_preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "image_window.h"
#include "resize.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {
namespace {

constexpr int64_t kMostChannels = 4096;

void check_options(const ImagePreprocess& options, ErrorKind kind) {
  const auto channels = static_cast<size_t>(options.channels);
  const auto fits = [&](const auto& values) { return values.empty() || values.size() == channels; };
  if (options.channels < 1 || options.channels > kMostChannels)
    fail(kind, "ImagePreprocess: channels must be 1 to {}, got channels={}", kMostChannels, options.channels);
  if (options.resize < 0 || (options.crop && *options.crop <= 0))
    fail(kind, "ImagePreprocess: sizes must be positive, got resize={}, crop={}", options.resize,
         options.crop.value_or(0));
  if (!fits(options.mean) || !fits(options.std))
    fail(kind, "ImagePreprocess: must have a mean and a std a channel, got mean={}, std={}, channels={}",
         options.mean.size(), options.std.size(), options.channels);
  for (const double deviation : options.std)
    if (!(deviation > 0)) fail(kind, "ImagePreprocess: std must be positive, got {}", deviation);
  if (!find_name(kInterpolations, options.interpolation))
    fail(kind, "ImagePreprocess: interpolation must be {}, got \"{}\"", alternatives(names_of(kInterpolations)),
         options.interpolation);
  if (options.squash && options.border)
    fail(kind, "ImagePreprocess: squash and border are two ways to resize, got both");
}

/// Returns the pixels without gaps. For a network of 1 or 3 channels, alpha is dropped from gray and RGB.
ImageBuffer without_gaps(const ImageView& image, int64_t channels) {
  const auto stride = image.row_stride == 0 ? image.width * image.channels : image.row_stride;
  const bool alpha = is_gray_or_rgb(channels) && (image.channels == 2 || image.channels == 4);
  ImageBuffer pixels(image.height, image.width, image.channels - (alpha ? 1 : 0));
  for (int64_t y = 0; y < image.height; ++y) {
    const auto* from = image.data + y * stride;
    auto* to = pixels.row(y);
    for (int64_t x = 0; x < image.width; ++x, from += image.channels, to += pixels.channels)
      std::copy_n(from, pixels.channels, to);
  }
  return pixels;
}

}  // namespace

std::pair<int64_t, int64_t> ImagePreprocess::size_of(int64_t height, int64_t width) const {
  if (crop) return {*crop, *crop};
  return resized(*this, height, width);
}

void ImagePreprocess::normalise(const ImageBuffer& pixels, float* to) const {
  // A byte has 256 values, so normalisation is a table lookup per channel.
  std::array<std::array<float, 256>, 3> table;
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c)
    for (size_t byte = 0; byte < 256; ++byte) {
      auto value = static_cast<float>(byte) / 255.0F;
      if (!mean.empty()) value -= static_cast<float>(mean[c]);
      if (!std.empty()) value /= static_cast<float>(std[c]);
      table[c][byte] = value;
    }
  const auto* from = pixels.bytes.data();
  const auto count = pixels.height * pixels.width;
  if (channels == 1)
    for (int64_t i = 0; i < count; ++i) to[i] = table[0][from[i]];
  else
    for (const auto* end = from + 3 * count; from != end; from += 3, to += 3) {
      to[0] = table[0][from[0]];
      to[1] = table[1][from[1]];
      to[2] = table[2][from[2]];
    }
}

void ImagePreprocess::normalise(const ImageValues& image, float* to) const {
  for (size_t i = 0; i < image.values.size(); ++i) {
    const auto c = i % static_cast<size_t>(channels);
    auto value = image.values[i];
    if (!mean.empty()) value -= static_cast<float>(mean[c]);
    if (!std.empty()) value /= static_cast<float>(std[c]);
    to[i] = value;
  }
}

ImageBuffer ImagePreprocess::prepare(const LazyImage& image) const {
  if (!fits_in_bytes(image, channels))
    fail(ErrorKind::input, "{}: has values that are no bytes; prepare_values reads them", image.name());
  const auto size = resized(*this, image.height(), image.width());
  return cropped(*this, size.first, size.second, [&](const Box& window) {
    return resize_part(image, image.whole(), size.first, size.second, window, channels,
                       interpolation_of(interpolation));
  });
}

ImageValues ImagePreprocess::prepare_values(const LazyImage& image) const {
  const auto size = resized(*this, image.height(), image.width());
  return cropped(*this, size.first, size.second, [&](const Box& window) {
    return resize_values(image, image.whole(), size.first, size.second, window, channels,
                         interpolation_of(interpolation));
  });
}

void ImagePreprocess::write(const LazyImage& image, float* to) const {
  fits_in_bytes(image, channels) ? normalise(prepare(image), to) : normalise(prepare_values(image), to);
}

void ImagePreprocess::write(const ImageView& image, float* to) const {
  check();
  const auto stride = image.row_stride == 0 ? image.width * image.channels : image.row_stride;
  if (!image.data || image.height <= 0 || image.width <= 0 || image.channels < 1 ||
      stride < image.width * image.channels)
    fail(ErrorKind::input, "ImageView: must have pixels, got height={}, width={}, channels={}, row_stride={}",
         image.height, image.width, image.channels, image.row_stride);
  const auto pixels = without_gaps(image, channels);
  write(InMemoryImage(pixels.bytes.data(), pixels.height, pixels.width, pixels.channels), to);
}

void ImagePreprocess::check() const { check_options(*this, ErrorKind::usage); }

nlohmann::json ImagePreprocess::to_json() const {
  nlohmann::json json{
      {"channels", channels}, {"resize", resize}, {"mean", mean}, {"std", std}, {"interpolation", interpolation}};
  if (crop) json["crop"] = *crop;
  if (squash) json["squash"] = true;
  if (border) json["border"] = true;
  return json;
}

ImagePreprocess ImagePreprocess::from(const nlohmann::json& json) {
  const std::string subject = "preprocessing";
  ImagePreprocess read{json_field<int64_t>(json, "channels", subject),
                       json_field<int64_t>(json, "resize", subject),
                       {},
                       json_field<std::vector<double>>(json, "mean", subject),
                       json_field<std::vector<double>>(json, "std", subject),
                       json_field<std::string>(json, "interpolation", subject)};
  if (json.contains("crop")) read.crop = json_field<int64_t>(json, "crop", subject);
  if (json.contains("squash")) read.squash = json_field<bool>(json, "squash", subject);
  if (json.contains("border")) read.border = json_field<bool>(json, "border", subject);
  check_options(read, ErrorKind::file);
  return read;
}

ImagePreprocess imagenet_preprocess() {
  return {3, 256, 224, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}, "bilinear"};
}

}  // namespace reszoo
