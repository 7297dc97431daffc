#include "reszoo/preprocess/auto_augment.h"

#include <cmath>
#include <optional>
#include <utility>

#include "auto_augment_policies.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// The magnitudes of an operation, equally spaced.
struct Range {
  AugmentOp op;
  bool either_way = false;                      // whether the sign is random
  double weakest = 0, strongest = 0, wide = 0;  // `wide` is the strongest magnitude of `trivial`
};

constexpr double kTranslation = 150.0 / 331;  // fraction of the side along which the image is moved
constexpr Range kRanges[] = {
    {AugmentOp::identity},
    {AugmentOp::shear_x, true, 0, 0.3, 0.99},
    {AugmentOp::shear_y, true, 0, 0.3, 0.99},
    {AugmentOp::translate_x, true, 0, kTranslation, 32},
    {AugmentOp::translate_y, true, 0, kTranslation, 32},
    {AugmentOp::rotate, true, 0, 30, 135},
    {AugmentOp::brightness, true, 0, 0.9, 0.99},
    {AugmentOp::saturation, true, 0, 0.9, 0.99},
    {AugmentOp::contrast, true, 0, 0.9, 0.99},
    {AugmentOp::sharpness, true, 0, 0.9, 0.99},
    {AugmentOp::posterize, false, 8, 4, 2},
    {AugmentOp::solarize, false, 255, 0, 0},
    {AugmentOp::autocontrast},
    {AugmentOp::equalize},
    {AugmentOp::invert},  // used only by the searched policies
};
constexpr int64_t kDrawn = 14;  // number of these operations from which `rand` and `trivial` draw
constexpr int64_t kBins = 31, kPolicyBins = 10;

const Range& range_of(AugmentOp op) {
  for (const auto& range : kRanges)
    if (range.op == op) return range;
  return kRanges[0];
}

/// Returns the step for a magnitude bin, with a random sign if the operation has a direction.
AugmentStep step_of(const Range& range, double strongest, int64_t bin, int64_t bins, Random& random) {
  double magnitude =
      range.weakest + (strongest - range.weakest) * static_cast<double>(bin) / static_cast<double>(bins - 1);
  if (range.op == AugmentOp::posterize) magnitude = std::round(magnitude);
  if (range.either_way && random.chance(0.5)) magnitude = -magnitude;
  return {range.op, magnitude};
}

double strongest_of(const Range& range, int64_t height, int64_t width) {
  if (range.op == AugmentOp::translate_x) return range.strongest * static_cast<double>(width);
  if (range.op == AugmentOp::translate_y) return range.strongest * static_cast<double>(height);
  return range.strongest;
}

[[noreturn]] void refuse_policy(std::string_view text) {
  fail(ErrorKind::usage,
       "AutoAugment: must be none, rand, rand:N,M (N operations, magnitude M of 0 to 30), trivial, auto:imagenet, "
       "auto:cifar10 or auto:svhn, got \"{}\"{}",
       text, suggestion(text, {"none", "rand", "trivial", "auto:imagenet", "auto:cifar10", "auto:svhn"}));
}

bool fits(const AutoAugment& augment) {
  if (augment.kind == AutoAugment::Kind::rand)
    return augment.count >= 0 && augment.magnitude >= 0 && augment.magnitude < kBins;
  return augment.kind != AutoAugment::Kind::automatic || !augment_policy(augment.policy).empty();
}

}  // namespace

AutoAugment AutoAugment::parse(std::string_view text) {
  if (text == "none") return {};
  if (text == "rand") return {.kind = Kind::rand};
  if (text == "trivial") return {.kind = Kind::trivial};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) refuse_policy(text);
  const auto name = text.substr(0, colon), rest = text.substr(colon + 1);
  AutoAugment read;
  if (name == "auto") {
    read = {.kind = Kind::automatic, .policy = std::string(rest)};
  } else if (const auto comma = rest.find(','); name == "rand" && comma != std::string_view::npos) {
    const auto count = number_in_text<int64_t>(rest.substr(0, comma)),
               magnitude = number_in_text<int64_t>(rest.substr(comma + 1));
    if (!count || !magnitude) refuse_policy(text);
    read = {.kind = Kind::rand, .count = *count, .magnitude = *magnitude};
  } else {
    refuse_policy(text);
  }
  if (!fits(read)) refuse_policy(text);
  return read;
}

std::string AutoAugment::text() const {
  switch (kind) {
    case Kind::rand: return fmt::format("rand:{},{}", count, magnitude);
    case Kind::trivial: return "trivial";
    case Kind::automatic: return "auto:" + policy;
    case Kind::none: break;
  }
  return "none";
}

std::vector<AugmentStep> AutoAugment::draw(int64_t height, int64_t width, Random& random) const {
  if (!fits(*this)) refuse_policy(text());
  std::vector<AugmentStep> steps;
  if (kind == Kind::rand) {
    for (int64_t i = 0; i < count; ++i) {
      const auto& range = kRanges[random.below(kDrawn)];
      steps.push_back(step_of(range, strongest_of(range, height, width), magnitude, kBins, random));
    }
  } else if (kind == Kind::trivial) {
    const auto& range = kRanges[random.below(kDrawn)];
    steps.push_back(step_of(range, range.wide, random.below(kBins), kBins, random));
  } else if (kind == Kind::automatic) {
    const auto pairs = augment_policy(policy);
    const auto& pair = pairs[static_cast<size_t>(random.below(static_cast<int64_t>(pairs.size())))];
    for (const auto& choice : {pair.first, pair.second}) {
      if (!random.chance(choice.probability)) continue;
      const auto& range = range_of(choice.op);
      steps.push_back(step_of(range, strongest_of(range, height, width), choice.bin, kPolicyBins, random));
    }
  }
  return steps;
}

ImageBuffer AutoAugment::operator()(ImageBuffer image, Random& random, Sampling sampling, const Color& fill) const {
  const auto steps = draw(image.height, image.width, random);
  return augment(std::move(image), steps, sampling, fill);
}

}  // namespace reszoo
