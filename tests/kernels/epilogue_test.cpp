// Activations, bias, residual, scale and shift against LibTorch, for every instruction set of this processor.
#include "kernels/epilogue.h"

#include <cmath>

#include "kernels/scale_shift.h"
#include "targets.h"

using namespace reszoo::kernels;

TEST(Activations, AreThoseOfLibTorch) {
  const auto x = at::cat({at::linspace(-120, 120, 40001), at::linspace(-1e-3, 1e-3, 101), at::tensor({1e30f, -1e30f})});
  for_each_target([&](const char* target) {
    for (const auto& [activation, function] : activations()) {
      const auto y = x.clone();
      activate(activation, y.mutable_data_ptr<float>(), 1, y.numel(), y.numel());
      const auto expected = function(x.to(at::kDouble));
      const auto error = ((y - expected).abs() / expected.abs().clamp_min(1)).max().item<double>();
      EXPECT_LE(error, 5e-7) << target << ", activation " << static_cast<int>(activation);
    }
  });
}

TEST(Activations, KeepANan) {
  for_each_target([&](const char* target) {
    for (const auto& [activation, function] : activations()) {
      auto y = at::full({37}, NAN);
      activate(activation, y.mutable_data_ptr<float>(), 1, 37, 37);
      EXPECT_TRUE(y.isnan().all().item<bool>()) << target << ", activation " << static_cast<int>(activation);
    }
  });
}

TEST(Activations, LeaveWhatLiesBetweenRows) {
  const auto x = at::randn({5, 40});
  for_each_target([&](const char* target) {
    const auto y = x.clone();
    activate(Activation::silu, y.mutable_data_ptr<float>(), 5, 19, 40);
    EXPECT_LE(error_of(y.narrow(1, 0, 19), at::silu(x.narrow(1, 0, 19))), 1e-6) << target;
    EXPECT_TRUE(at::equal(y.narrow(1, 19, 21), x.narrow(1, 19, 21))) << target;
  });
}

TEST(Epilogues, AddBiasAndResidualBeforeTheActivation) {
  at::manual_seed(1);
  const auto x = at::randn({7, 37}), bias = at::randn({37}), residual = at::randn({7, 37});
  for_each_target([&](const char* target) {
    for (const auto& [activation, function] : activations())
      for (const bool with_bias : {false, true})
        for (const bool with_residual : {false, true}) {
          const auto y = x.clone();
          apply_epilogue({with_bias ? bias.const_data_ptr<float>() : nullptr,
                          with_residual ? residual.const_data_ptr<float>() : nullptr, activation},
                         y.mutable_data_ptr<float>(), 7, 37);
          auto sum = x;
          if (with_bias) sum = sum + bias;
          if (with_residual) sum = sum + residual;
          EXPECT_LE(error_of(y, function(sum)), 1e-6) << target << ", activation " << static_cast<int>(activation);
        }
  });
}

TEST(Epilogues, SumsHaveAnActivation) {
  at::manual_seed(1);
  const auto a = at::randn({133}), b = at::randn({133});
  for_each_target([&](const char* target) {
    for (const auto& [activation, function] : activations()) {
      const auto y = a.clone();
      add(y.const_data_ptr<float>(), b.const_data_ptr<float>(), activation, y.mutable_data_ptr<float>(), 133);
      EXPECT_LE(error_of(y, function(a + b)), 1e-6) << target << ", activation " << static_cast<int>(activation);
    }
  });
}

TEST(ScaleShift, HasAnEpilogue) {
  at::manual_seed(1);
  for_each_target([&](const char* target) {
    for (const int64_t channels : {1, 16, 37, 3000})
      for (const auto& [activation, function] : activations())
        for (const bool with_residual : {false, true}) {
          const auto x = at::randn({70, channels}), scale = at::randn({channels}), shift = at::randn({channels});
          const auto residual = at::randn({70, channels}), y = residual.clone();
          scale_shift(x.const_data_ptr<float>(), scale.const_data_ptr<float>(), shift.const_data_ptr<float>(),
                      with_residual ? y.const_data_ptr<float>() : nullptr, activation, y.mutable_data_ptr<float>(),
                      {70, channels});
          const auto sum = x * scale + shift;
          EXPECT_LE(error_of(y, function(with_residual ? sum + residual : sum)), 2e-6)
              << target << ", channels=" << channels << ", activation " << static_cast<int>(activation);
        }
  });
}
