// Augmentation policies draw the same operations as torchvision's, with the same results.
#include "reszoo/preprocess/auto_augment.h"

#include <cmath>
#include <map>

#include "support/sample_image.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

using Json = nlohmann::json;

const Json& fixture() {
  static const auto json = test::read_fixture("torchvision_augment");
  return json;
}

AugmentOp op_of(const std::string& name) {
  for (int op = 0; op <= static_cast<int>(AugmentOp::grey); ++op)
    if (name_of(static_cast<AugmentOp>(op)) == name) return static_cast<AugmentOp>(op);
  ADD_FAILURE() << "no operation " << name;
  return AugmentOp::identity;
}

std::string text_of(const std::string& op, double magnitude) {
  return fmt::format("{} {:.3f} ", op, magnitude + 0.0);  // -0 is 0
}

/// The possible draws as text, and their probabilities.
using Outcomes = std::map<std::string, double>;

/// One operation, from torchvision's table.
Outcomes outcomes_of(const std::string& op, const Json& space, size_t bin) {
  const auto& magnitudes = space[op]["magnitudes"];
  const double magnitude = magnitudes[std::min(bin, magnitudes.size() - 1)];
  Outcomes outcomes;
  const bool has_sign = space[op]["signed"].get<bool>();
  outcomes[text_of(op, magnitude)] += has_sign ? 0.5 : 1;
  if (has_sign) outcomes[text_of(op, -magnitude)] += 0.5;
  return outcomes;
}

void add(Outcomes& to, const Outcomes& outcomes, double probability) {
  for (const auto& [text, part] : outcomes) to[text] += part * probability;
}

/// One operation of a pair, applied with its probability.
Outcomes outcomes_of(const Json& choice) {
  const double probability = choice[1];
  Outcomes outcomes{{"", 1 - probability}};
  add(outcomes, outcomes_of(choice[0].get<std::string>(), fixture()["spaces"]["auto"], choice[2]), probability);
  return outcomes;
}

Outcomes outcomes_of_policy(const std::string& policy) {
  Outcomes outcomes;
  const auto& pairs = fixture()["policies"][policy];
  for (const auto& pair : pairs)
    for (const auto& [first, first_part] : outcomes_of(pair[0]))
      for (const auto& [second, second_part] : outcomes_of(pair[1]))
        outcomes[first + second] += first_part * second_part / static_cast<double>(pairs.size());
  return outcomes;
}

/// Expects the frequencies of many draws, for images of the fixture's size, to match the probabilities within five
/// standard deviations.
void expect_outcomes(const AutoAugment& augment, const Outcomes& expected) {
  constexpr int draws = 200000;
  const int64_t height = fixture()["spaces_size"][0], width = fixture()["spaces_size"][1];
  std::map<std::vector<std::pair<AugmentOp, double>>, double> drawn;
  Random random(1);
  for (int i = 0; i < draws; ++i) {
    std::vector<std::pair<AugmentOp, double>> steps;
    for (const auto& step : augment.draw(height, width, random)) steps.emplace_back(step.op, step.magnitude);
    ++drawn[steps];
  }
  Outcomes counts;
  for (const auto& [steps, count] : drawn) {
    std::string text;
    for (const auto& [op, magnitude] : steps) text += text_of(name_of(op), magnitude);
    counts[text] += count;
  }
  for (const auto& [text, count] : counts) EXPECT_TRUE(expected.contains(text)) << augment.text() << ": " << text;
  for (const auto& [text, p] : expected)
    EXPECT_NEAR(counts[text] / draws, p, 5 * std::sqrt(p * (1 - p) / draws) + 1e-12) << augment.text() << ": " << text;
}

std::vector<AugmentStep> steps_of(const Json& json) {
  std::vector<AugmentStep> steps;
  for (const auto& step : json) steps.push_back({op_of(step[0]), step[1]});
  return steps;
}

}  // namespace

TEST(AutoAugment, StepsChangeImagesAsTorchvisionsToTheByte) {
  const auto fill = fixture()["fill"].get<Color>();
  for (const auto& c : fixture()["lists"]) {
    const auto sampling = c["interpolation"] == "bilinear" ? Sampling::bilinear : Sampling::nearest;
    const auto result = augment(test::image_of(c), steps_of(c["steps"]), sampling, fill);
    test::expect_bytes(result, c, c["steps"].dump() + ", " + test::image_text(c));
  }
}

TEST(AutoAugment, FoundPoliciesAreDrawnByTheirProbabilities) {
  for (const auto* policy : {"imagenet", "cifar10", "svhn"})
    expect_outcomes(AutoAugment::parse(fmt::format("auto:{}", policy)), outcomes_of_policy(policy));
}

TEST(AutoAugment, TrivialDrawsEveryOperationAndMagnitudeAlike) {
  const auto& space = fixture()["spaces"]["trivial"];
  Outcomes expected;
  for (const auto& [op, row] : space.items())
    for (size_t bin = 0; bin < 31; ++bin)
      add(expected, outcomes_of(op, space, bin), 1 / (31.0 * static_cast<double>(space.size())));
  expect_outcomes(AutoAugment::parse("trivial"), expected);
}

TEST(AutoAugment, RandDrawsEveryOperationAlike) {
  const auto& space = fixture()["spaces"]["rand"];
  Outcomes expected;
  for (const auto& [op, row] : space.items())
    add(expected, outcomes_of(op, space, 9), 1 / static_cast<double>(space.size()));
  expect_outcomes(AutoAugment::parse("rand:1,9"), expected);

  Outcomes pairs;
  for (const auto& [first, first_part] : expected)
    for (const auto& [second, second_part] : expected) pairs[first + second] = first_part * second_part;
  expect_outcomes(AutoAugment::parse("rand:2,9"), pairs);
}

TEST(AutoAugment, RandHasTorchvisionsMagnitudes) {
  const auto& space = fixture()["spaces"]["rand"];
  Random random(2);
  for (int64_t magnitude = 0; magnitude <= 30; ++magnitude) {
    const AutoAugment augment{.kind = AutoAugment::Kind::rand, .count = 300, .magnitude = magnitude};
    const auto steps = augment.draw(fixture()["spaces_size"][0], fixture()["spaces_size"][1], random);
    ASSERT_EQ(steps.size(), 300);
    for (const auto& step : steps) {
      const auto& magnitudes = space[name_of(step.op)]["magnitudes"];
      const double expected = magnitudes[magnitudes.size() == 1 ? 0 : static_cast<size_t>(magnitude)];
      EXPECT_NEAR(std::abs(step.magnitude), expected, 1e-4) << name_of(step.op) << ", magnitude " << magnitude;
    }
  }
}

TEST(AutoAugment, EveryPolicyTakesGreyAndRgbImages) {
  for (const auto* text : {"none", "rand:3,30", "trivial", "auto:imagenet", "auto:cifar10", "auto:svhn"})
    for (const int64_t channels : {1, 3}) {
      const auto image = test::pixels_of(test::sample_image(21, 17, channels));
      for (int64_t item = 0; item < 100; ++item) {
        Random random(3, 0, item), same(3, 0, item);
        const auto result = AutoAugment::parse(text)(image, random);
        EXPECT_EQ(result.bytes.size(), image.bytes.size());
        EXPECT_EQ(result, augment(image, AutoAugment::parse(text).draw(21, 17, same)));
      }
    }
}

TEST(AutoAugment, TextIsReadBack) {
  for (const auto* text : {"none", "rand:2,9", "rand:0,30", "trivial", "auto:imagenet", "auto:cifar10", "auto:svhn"})
    EXPECT_EQ(AutoAugment::parse(text).text(), text);
  EXPECT_EQ(AutoAugment::parse("rand").text(), "rand:2,9");
  EXPECT_EQ(AutoAugment{}, AutoAugment::parse("none"));
}

TEST(AutoAugment, RefusesAnyOtherText) {
  for (const auto* text : {"", "rnd", "rand:", "rand:2", "rand:2,31", "rand:-1,3", "rand:2,9,1", "rand:2,9 ",
                           "rand:a,b", "trivial:1", "auto", "auto:", "auto:mnist", "none:1"})
    expect_error_parts(ErrorKind::usage, {fmt::format("got \"{}\"", text)}, [&] { AutoAugment::parse(text); });
  expect_error_parts(ErrorKind::usage, {"did you mean trivial?"}, [&] { AutoAugment::parse("trival"); });
  Random random(4);
  expect_error_parts(ErrorKind::usage, {"rand:2,99"},
                     [&] { AutoAugment{.kind = AutoAugment::Kind::rand, .magnitude = 99}.draw(8, 8, random); });
}
