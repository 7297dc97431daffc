#include "reszoo/preprocess/image_preprocess.h"

#include <torch/types.h>

#include <cmath>

#include "resize.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {
namespace {

void check(const ImagePreprocess& options, ErrorKind kind) {
  const auto channels = static_cast<size_t>(options.channels);
  const auto fits = [&](const auto& values) { return values.empty() || values.size() == channels; };
  if (options.channels != 1 && options.channels != 3)
    fail(kind, "ImagePreprocess: channels must be 1 or 3, got channels={}", options.channels);
  if (options.resize < 0 || (options.crop && *options.crop <= 0))
    fail(kind, "ImagePreprocess: sizes must be positive, got resize={}, crop={}", options.resize,
         options.crop.value_or(0));
  if (!fits(options.mean) || !fits(options.std))
    fail(kind, "ImagePreprocess: must have a mean and a std a channel, got mean={}, std={}, channels={}",
         options.mean.size(), options.std.size(), options.channels);
  for (const double deviation : options.std)
    if (!(deviation > 0)) fail(kind, "ImagePreprocess: std must be positive, got {}", deviation);
  if (options.interpolation != "bilinear" && options.interpolation != "bicubic")
    fail(kind, "ImagePreprocess: interpolation must be bilinear or bicubic, got \"{}\"", options.interpolation);
}

/// (N, any, H, W) to (N, channels, H, W), uint8.
Tensor convert(const Tensor& images, int64_t channels) {
  const auto colours = images.slice(1, 0, images.size(1) < 3 ? 1 : 3);
  if (colours.size(1) == channels) return colours;
  if (channels == 3) return colours.expand({-1, 3, -1, -1});
  // PIL's fixed-point luma, rounded.
  const auto weights = torch::tensor({19595, 38470, 7471}, torch::kInt32).view({1, 3, 1, 1});
  return ((colours.to(torch::kInt32) * weights).sum(1, true) + 0x8000).div(0x10000, "floor").to(torch::kUInt8);
}

Tensor resized(const Tensor& images, const ImagePreprocess& options) {
  const auto height = images.size(2), width = images.size(3), shorter = std::min(height, width), side = options.resize;
  if (side == 0) return images;
  // torchvision rounds the longer side down.
  const auto longer = options.squash ? side : side * std::max(height, width) / shorter;
  return height < width ? resize_pictures(images, side, longer, options.interpolation)
                        : resize_pictures(images, longer, side, options.interpolation);
}

Tensor centre_crop(Tensor images, int64_t side) {
  const auto across = std::max<int64_t>(side - images.size(3), 0), down = std::max<int64_t>(side - images.size(2), 0);
  if (across > 0 || down > 0)
    images = at::constant_pad_nd(images, {across / 2, (across + 1) / 2, down / 2, (down + 1) / 2});
  // nearbyint rounds halves to even, as Python's round does in torchvision.
  const auto start = [&](int64_t size) { return std::lrint(std::nearbyint(static_cast<double>(size - side) / 2)); };
  return images.narrow(2, start(images.size(2)), side).narrow(3, start(images.size(3)), side);
}

}  // namespace

Tensor ImagePreprocess::operator()(const ImageView& image) const {
  const auto stride = image.row_stride == 0 ? image.width * image.channels : image.row_stride;
  if (!image.data || image.height <= 0 || image.width <= 0 || image.channels < 1 ||
      stride < image.width * image.channels)
    fail(ErrorKind::input, "ImageView: must have pixels, got height={}, width={}, channels={}, row_stride={}",
         image.height, image.width, image.channels, image.row_stride);
  // from_blob takes no pointer to const; nothing below writes to the picture.
  const auto pixels = torch::from_blob(const_cast<uint8_t*>(image.data), {1, image.channels, image.height, image.width},
                                       {stride * image.height, 1, stride, image.channels}, torch::kUInt8);
  return (*this)(pixels);
}

Tensor ImagePreprocess::operator()(const Tensor& images) const {
  check(*this, ErrorKind::usage);
  if (images.dim() != 4 || images.scalar_type() != torch::kUInt8 || images.numel() == 0 || images.size(1) > 4)
    fail(ErrorKind::input, "ImagePreprocess: must have uint8 (N, C, H, W) with 1 to 4 channels, got {} {}",
         c10::toString(images.scalar_type()), fmt::join(images.sizes(), "x"));
  auto pixels = resized(convert(images, channels), *this);
  if (crop) pixels = centre_crop(pixels, *crop);
  auto result = pixels.to(torch::kFloat32).div(255);
  const auto values = [&](const std::vector<double>& of) {
    return torch::tensor(of, torch::kFloat32).view({1, -1, 1, 1});
  };
  if (!mean.empty()) result.sub_(values(mean));
  if (!std.empty()) result.div_(values(std));
  return result.contiguous();
}

nlohmann::json ImagePreprocess::to_json() const {
  nlohmann::json json{
      {"channels", channels}, {"resize", resize}, {"mean", mean}, {"std", std}, {"interpolation", interpolation}};
  if (crop) json["crop"] = *crop;
  if (squash) json["squash"] = true;
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
  check(read, ErrorKind::file);
  return read;
}

ImagePreprocess imagenet_preprocess() {
  return {3, 256, 224, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}, "bilinear"};
}

}  // namespace reszoo
