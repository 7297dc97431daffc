// Group norm and channel gates against LibTorch, for every instruction set of this processor.
#include <vector>

#include "kernels/channel_gates.h"
#include "kernels/group_norm.h"
#include "targets.h"

using namespace reszoo::kernels;

TEST(GroupNorm, IsThatOfLibTorch) {
  at::manual_seed(1);
  for_each_target([&](const char* target) {
    for (const auto& [channels, groups, side] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{
             {32, 8, 5}, {64, 32, 40}, {12, 1, 7}, {19, 19, 3}, {48, 2, 1}})
      for (const int64_t threads : {1, 3})
        for (const auto& [activation, function] : activations()) {
          const auto x = at::randn({3, channels, side, side}) * 2 + 1, in = by_pixel(x), y = at::empty_like(in);
          const auto weight = at::randn({channels}), bias = at::randn({channels}), residual = at::randn_like(in);
          const GroupNormShape shape{3, side * side, channels, groups, 1e-5};
          group_norm(in.const_data_ptr<float>(), shape, weight.const_data_ptr<float>(),
                     {bias.const_data_ptr<float>(), residual.const_data_ptr<float>(), activation},
                     y.mutable_data_ptr<float>(), threads);
          const auto normed =
              at::group_norm(x.to(at::kDouble), groups, weight.to(at::kDouble), bias.to(at::kDouble), 1e-5);
          EXPECT_LE(error_of(y, function(by_pixel(normed) + residual)), 2e-6)
              << target << ", channels=" << channels << ", groups=" << groups;
        }
  });
}

TEST(GroupNorm, ThreadsChangeNoBit) {
  const auto x = at::randn({1, 60, 60, 64});
  std::vector<Tensor> results;
  for (const int64_t threads : {1, 2, 5}) {
    results.push_back(at::empty_like(x));
    group_norm(x.const_data_ptr<float>(), {1, 3600, 64, 32, 1e-5}, nullptr, {},
               results.back().mutable_data_ptr<float>(), threads);
  }
  EXPECT_TRUE(at::equal(results[0], results[1]) && at::equal(results[0], results[2]));
}

TEST(ChannelGates, AreThoseOfEfficientChannelAttention) {
  at::manual_seed(1);
  for (const int64_t channels : {1, 2, 64})
    for (const int64_t kernel : {1, 3, 5}) {
      const auto means = at::randn({4, channels}), weight = at::randn({1, 1, kernel}), gates = at::empty({4, channels});
      channel_conv1d(means.const_data_ptr<float>(), 4, channels, weight.const_data_ptr<float>(), kernel,
                     Activation::sigmoid, gates.mutable_data_ptr<float>());
      const auto expected = at::conv1d(means.unsqueeze(1), weight, {}, 1, kernel / 2).squeeze(1).sigmoid();
      EXPECT_LE(error_of(gates, expected), 1e-6) << channels << ", kernel=" << kernel;
    }
}

TEST(ChannelGates, ScaleEachImage) {
  at::manual_seed(1);
  const auto x = at::randn({3, 50, 37}), gates = at::rand({3, 37}), residual = at::randn({3, 50, 37});
  for (const int64_t threads : {1, 4})
    for (const auto& [activation, function] : activations()) {
      const auto y = at::empty_like(x);
      scale_channels(x.const_data_ptr<float>(), gates.const_data_ptr<float>(), residual.const_data_ptr<float>(),
                     activation, y.mutable_data_ptr<float>(), 3, 50, 37, threads);
      EXPECT_LE(error_of(y, function(x * gates.unsqueeze(1) + residual)), 1e-6);
    }
}
