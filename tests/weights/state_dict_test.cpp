// NaN and infinities are found by their keys.
#include "reszoo/weights/state_dict.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

using namespace reszoo;

TEST(NonFinite, EveryTypeIsLookedAt) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();
  StateDict state("key");
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kComplexFloat, at::kFloat8_e5m2}) {
    const std::string name = c10::toString(type);
    state.insert(name, torch::tensor({0.0, -3.0, 6e4}).to(type));
    state.insert(name + " nan", torch::tensor({1.0, kNan, 1.0}).to(type));
    state.insert(name + " -inf", torch::tensor({1.0, 2.0, -kInfinity}).to(type));
  }
  state.insert("largest", torch::tensor(std::numeric_limits<float>::max()));
  state.insert("smallest", torch::tensor(std::numeric_limits<float>::denorm_min()));
  state.insert("integers", torch::tensor({1, -1}));
  state.insert("none", torch::empty({0, 3}));
  state.insert("column nan", torch::tensor({1.0, kNan, 1.0, 1.0}).view({2, 2}).select(1, 1));
  std::vector<std::string> expected;
  for (const auto& key : state.keys())
    if (key.ends_with(" nan") || key.ends_with(" -inf")) expected.push_back(key);
  EXPECT_EQ(non_finite(state), expected);
  EXPECT_EQ(expected.size(), 13u);
}
