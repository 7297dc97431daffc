// The C++ twin of tests/reference/sample_image.py: a synthetic image, and comparison of bytes with a fixture.
#pragma once
#include "reszoo/preprocess/image_buffer.h"
#include "support/fixture.h"

namespace reszoo::test {

/// Returns (H, W, C) uint8: a wrapping ramp next to noise.
inline at::Tensor sample_image(int64_t height, int64_t width, int64_t channels) {
  const auto at = [](int64_t size) { return torch::arange(size, torch::kInt64); };
  const auto ramp = (5 * at(height).view({-1, 1, 1}) + 3 * at(width).view({-1, 1}) + 40 * at(channels)).remainder(256);
  const auto noise = ((uniform("picture", {height, width, channels}) + 1) * 128).to(torch::kInt64);
  return torch::where((at(width) < width / 2).view({-1, 1}), ramp, noise).to(torch::kUInt8).contiguous();
}

/// Returns the bytes of an (H, W, C) tensor.
inline ImageBuffer pixels_of(const at::Tensor& tensor) {
  ImageBuffer pixels(tensor.size(0), tensor.size(1), tensor.size(2));
  const auto bytes = tensor.contiguous();
  std::copy_n(bytes.const_data_ptr<uint8_t>(), pixels.bytes.size(), pixels.bytes.begin());
  return pixels;
}

/// Returns the bytes of an image. Shape: (H, W, C) uint8.
inline at::Tensor bytes_of_pixels(const ImageBuffer& pixels) {
  return torch::tensor(at::ArrayRef<uint8_t>(pixels.bytes), torch::kUInt8)
      .view({pixels.height, pixels.width, pixels.channels});
}

/// Returns the image that a record describes; a narrow one has only bytes from 40 to 125.
inline ImageBuffer image_of(const nlohmann::json& record) {
  auto pixels = pixels_of(sample_image(record["height"], record["width"], record["channels"]));
  if (record["narrow"].get<bool>())
    for (auto& byte : pixels.bytes) byte = static_cast<uint8_t>(40 + byte / 3);
  return pixels;
}

/// Describes that image for a message.
inline std::string image_text(const nlohmann::json& record) {
  return fmt::format("{}x{}x{}{}", record["height"].get<int>(), record["width"].get<int>(),
                     record["channels"].get<int>(), record["narrow"].get<bool>() ? " narrow" : "");
}

/// Expects the bytes, flat, to match the fixture's `record`.
inline void expect_bytes(const at::Tensor& bytes, const nlohmann::json& record, const std::string& what) {
  const auto numbers = bytes.to(torch::kInt64);
  expect_close(numbers, record["bytes"], 0, record["stride"], what);
  const auto places = torch::arange(numbers.numel(), torch::kInt64).remainder(65521) + 1;
  EXPECT_EQ(numbers.sum().item<int64_t>(), record["sum"].get<int64_t>()) << what;
  EXPECT_EQ((numbers * places).sum().item<int64_t>(), record["weighted"].get<int64_t>()) << what;
}

inline void expect_bytes(const ImageBuffer& pixels, const nlohmann::json& record, const std::string& what) {
  expect_bytes(torch::tensor(at::ArrayRef<uint8_t>(pixels.bytes), torch::kUInt8), record, what);
}

}  // namespace reszoo::test
