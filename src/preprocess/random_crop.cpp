#include "reszoo/preprocess/random_crop.h"

#include <fmt/format.h>

#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr double kLeastRatio = 3.0 / 4, kMostRatio = 4.0 / 3;

[[noreturn]] void refuse_crop(std::string_view text) {
  fail(ErrorKind::usage,
       "crop: must be none, resized, resized:A,B (fractions of the area, 0 < A <= B <= 1) or padded:P (pixels), got "
       "\"{}\"{}",
       text, suggestion(text.substr(0, text.find(':')), {"none", "resized", "padded"}));
}

/// Returns the largest centre crop whose aspect ratio is within the bounds.
Box middle(int64_t height, int64_t width) {
  const double ratio = static_cast<double>(width) / static_cast<double>(height);
  auto w = width, h = height;
  if (ratio < kLeastRatio) h = std::lrint(static_cast<double>(width) / kLeastRatio);
  if (ratio > kMostRatio) w = std::lrint(static_cast<double>(height) * kMostRatio);
  return {(height - h) / 2, (width - w) / 2, h, w};
}

}  // namespace

RandomCrop RandomCrop::parse(std::string_view text) {
  if (text == "none") return {};
  if (text == "resized") return {.kind = Kind::resized};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) refuse_crop(text);
  const auto name = text.substr(0, colon), values = text.substr(colon + 1);
  if (name == "padded") {
    const auto padding = number_in_text<int64_t>(values);
    if (!padding || *padding < 0 || *padding > 1 << 16) refuse_crop(text);
    return {.kind = Kind::padded, .padding = *padding};
  }
  const auto comma = values.find(',');
  if (name != "resized" || comma == std::string_view::npos) refuse_crop(text);
  const auto least = number_in_text<double>(values.substr(0, comma)),
             most = number_in_text<double>(values.substr(comma + 1));
  if (!least || !most || !(*least > 0 && *least <= *most && *most <= 1)) refuse_crop(text);
  return {.kind = Kind::resized, .least_area = *least, .most_area = *most};
}

std::string RandomCrop::text() const {
  switch (kind) {
    case Kind::none: return "none";
    case Kind::padded: return fmt::format("padded:{}", padding);
    case Kind::resized: break;
  }
  return fmt::format("resized:{},{}", least_area, most_area);
}

Box RandomCrop::draw(int64_t height, int64_t width, Random& random) const {
  const double area = static_cast<double>(height) * static_cast<double>(width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double wanted = area * random.between(least_area, most_area);
    const double ratio = std::exp(random.between(std::log(kLeastRatio), std::log(kMostRatio)));
    const auto w = std::lrint(std::sqrt(wanted * ratio)), h = std::lrint(std::sqrt(wanted / ratio));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const auto top = random.below(height - h + 1), left = random.below(width - w + 1);
    return {top, left, h, w};
  }
  return middle(height, width);
}

}  // namespace reszoo
