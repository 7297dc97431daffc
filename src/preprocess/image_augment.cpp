#include "reszoo/preprocess/image_augment.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {
namespace {

const std::string kSubject = "augmentation";

constexpr Named<Sampling> kSamplings[] = {{"nearest", Sampling::nearest}, {"bilinear", Sampling::bilinear}};

struct Number {
  const char* name;
  double ImageAugment::*value;
  double most;
};
constexpr Number kNumbers[] = {{"flip", &ImageAugment::flip, 1},
                               {"rotation", &ImageAugment::rotation, 180},
                               {"grey", &ImageAugment::grey, 1},
                               {"erase", &ImageAugment::erase, 1}};

struct JitterNumber {
  const char* name;
  double ColorJitter::*value;
  double most;
  AugmentOp op;
};
constexpr JitterNumber kJitterNumbers[] = {{"brightness", &ColorJitter::brightness, HUGE_VAL, AugmentOp::brightness},
                                           {"contrast", &ColorJitter::contrast, HUGE_VAL, AugmentOp::contrast},
                                           {"saturation", &ColorJitter::saturation, HUGE_VAL, AugmentOp::saturation},
                                           {"hue", &ColorJitter::hue, 0.5, AugmentOp::hue}};

void check_options(const ImageAugment& options, ErrorKind kind) {
  const auto check_number = [&](const char* name, double value, double most) {
    if (!(value >= 0 && value <= most && std::isfinite(value)))
      fail(kind, "ImageAugment: {} must be in [0, {}], got {}={}", name, most, name, value);
  };
  for (const auto& [name, value, most] : kNumbers) check_number(name, options.*value, most);
  for (const auto& [name, value, most, op] : kJitterNumbers) check_number(name, options.color_jitter.*value, most);
  if (!find_name(kSamplings, options.interpolation))
    fail(kind, "ImageAugment: interpolation must be {}, got \"{}\"", alternatives(names_of(kSamplings)),
         options.interpolation);
}

std::vector<AugmentStep> draw_jitter(const ColorJitter& jitter, Random& random) {
  std::vector<AugmentStep> steps;
  for (const auto& [name, value, most, op] : kJitterNumbers) {
    const double range = jitter.*value, least = op == AugmentOp::hue ? -range : std::max(-range, -1.0);
    if (range > 0) steps.push_back({op, random.between(least, range)});
  }
  for (auto i = static_cast<int64_t>(steps.size()) - 1; i > 0; --i)
    std::swap(steps[static_cast<size_t>(i)], steps[static_cast<size_t>(random.below(i + 1))]);
  return steps;
}

void append(std::vector<AugmentStep>& to, const std::vector<AugmentStep>& steps) {
  to.insert(to.end(), steps.begin(), steps.end());
}

ColorJitter color_jitter_from(const nlohmann::json& json) {
  const auto object = json_field<nlohmann::json::object_t>(json, "color_jitter", kSubject);
  ColorJitter read;
  for (const auto& [key, value] : object) {
    const auto* number = std::ranges::find(kJitterNumbers, key, &JitterNumber::name);
    if (number == std::end(kJitterNumbers)) fail(ErrorKind::file, "{}: no jitter \"{}\"", kSubject, escaped(key));
    read.*number->value = json_field<double>(object, key, kSubject);
  }
  return read;
}

Color fill_from(const nlohmann::json& json) {
  const auto bytes = json_field<std::vector<int64_t>>(json, "fill", kSubject);
  const auto is_byte = [](int64_t value) { return value >= 0 && value <= 255; };
  if (bytes.size() != 3 || !std::ranges::all_of(bytes, is_byte))
    fail(ErrorKind::file, "{}: fill must be 3 bytes, got [{}]", kSubject, fmt::join(bytes, ", "));
  return {static_cast<uint8_t>(bytes[0]), static_cast<uint8_t>(bytes[1]), static_cast<uint8_t>(bytes[2])};
}

void read_field(ImageAugment& read, const nlohmann::json& json, const std::string& key) {
  const auto* number = std::ranges::find(kNumbers, key, &Number::name);
  if (number != std::end(kNumbers)) read.*number->value = json_field<double>(json, key, kSubject);
  else if (key == "auto_augment") read.auto_augment = parsed_json_field(json, key, kSubject, AutoAugment::parse);
  else if (key == "color_jitter") read.color_jitter = color_jitter_from(json);
  else if (key == "erase_noise") read.erase_noise = json_field<bool>(json, key, kSubject);
  else if (key == "interpolation") read.interpolation = json_field<std::string>(json, key, kSubject);
  else if (key == "fill") read.fill = fill_from(json);
  else fail(ErrorKind::file, "{}: no option \"{}\"", kSubject, escaped(key));
}

}  // namespace

void ImageAugment::check() const {
  check_options(*this, ErrorKind::usage);
  AutoAugment::parse(auto_augment.text());
}

std::vector<AugmentStep> ImageAugment::draw(int64_t height, int64_t width, Random& random) const {
  std::vector<AugmentStep> steps;
  if (flip > 0 && random.chance(flip)) steps.push_back({AugmentOp::flip});
  if (rotation > 0) steps.push_back({AugmentOp::rotate, random.between(-rotation, rotation)});
  append(steps, auto_augment.draw(height, width, random));
  append(steps, draw_jitter(color_jitter, random));
  if (grey > 0 && random.chance(grey)) steps.push_back({AugmentOp::grey});
  return steps;
}

ImageBuffer ImageAugment::operator()(ImageBuffer image, Random& random) const {
  const auto size = static_cast<int64_t>(image.bytes.size());
  if ((image.channels != 1 && image.channels != 3) || size != image.height * image.row_size())
    fail(ErrorKind::input, "ImageAugment: must have 1 or 3 channels without gaps, got {}x{}x{}, bytes={}", image.height,
         image.width, image.channels, size);
  const auto sampling = find_name(kSamplings, interpolation).value_or(Sampling::nearest);
  const auto steps = draw(image.height, image.width, random);
  return augment(std::move(image), steps, sampling, fill);
}

ImageValues ImageAugment::operator()(ImageValues image, Random& random) const {
  const ImageAugment plain;
  if (rotation != 0 || grey != 0 || auto_augment != plain.auto_augment || color_jitter != plain.color_jitter)
    fail(
        ErrorKind::usage,
        "ImageAugment: rotation, auto_augment, color_jitter and grey are for bytes of 1 or 3 channels, got values that "
        "are no bytes (channels={}); crops, flip and erase are for all",
        image.channels);
  if (draw(image.height, image.width, random).empty()) return image;  // else it is the flip
  for (int64_t y = 0; y < image.height; ++y)
    for (int64_t left = 0, right = image.width - 1; left < right; ++left, --right)
      std::swap_ranges(image.row(y) + left * image.channels, image.row(y) + (left + 1) * image.channels,
                       image.row(y) + right * image.channels);
  return image;
}

void ImageAugment::erase_from(float* numbers, int64_t height, int64_t width, int64_t channels, Random& random) const {
  if (erase <= 0 || !random.chance(erase)) return;
  const auto area = draw_erased(height, width, random).value_or(Box{});
  for (int64_t y = area.top; y < area.top + area.height; ++y) {
    auto* row = numbers + (y * width + area.left) * channels;
    for (int64_t i = 0; i < area.width * channels; ++i) row[i] = erase_noise ? static_cast<float>(random.normal()) : 0;
  }
}

nlohmann::json ImageAugment::to_json() const {
  const ImageAugment plain;
  auto json = nlohmann::json::object();
  for (const auto& [name, value, most] : kNumbers)
    if (this->*value != 0) json[name] = this->*value;
  for (const auto& [name, value, most, op] : kJitterNumbers)
    if (color_jitter.*value != 0) json["color_jitter"][name] = color_jitter.*value;
  if (auto_augment != plain.auto_augment) json["auto_augment"] = auto_augment.text();
  if (erase_noise) json["erase_noise"] = true;
  if (interpolation != plain.interpolation) json["interpolation"] = interpolation;
  if (fill != plain.fill) json["fill"] = fill;
  return json;
}

ImageAugment ImageAugment::from(const nlohmann::json& json) {
  if (!json.is_object()) fail(ErrorKind::file, "{}: must be an object, got {}", kSubject, json.type_name());
  ImageAugment read;
  for (const auto& item : json.items()) read_field(read, json, item.key());
  check_options(read, ErrorKind::file);
  return read;
}

std::optional<Box> draw_erased(int64_t height, int64_t width, Random& random) {
  for (int tries = 0; tries < 10; ++tries) {
    const double area = static_cast<double>(height * width) * random.between(0.02, 0.33);
    const double ratio = std::exp(random.between(std::log(0.3), std::log(3.3)));
    const auto down = std::lrint(std::sqrt(area * ratio)), across = std::lrint(std::sqrt(area / ratio));
    if (down >= height || across >= width) continue;
    const auto top = random.below(height - down + 1), left = random.below(width - across + 1);
    return Box{top, left, down, across};
  }
  return std::nullopt;
}

}  // namespace reszoo
