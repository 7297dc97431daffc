// The convolution kernels of fused networks against LibTorch's, for every instruction set of this processor.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "fusion/conv_weights.h"
#include "fusion/onednn.h"
#include "kernels/conv_winograd.h"
#include "reszoo/base/error.h"

using namespace reszoo::detail;
using namespace reszoo::kernels;
using at::Tensor;

namespace {

struct Case {
  std::string name;
  int64_t images, rows, columns, channels, outputs;
  int64_t kernel = 1, stride = 1, padding = 0, dilation = 1, groups = 1;
};

void PrintTo(const Case& c, std::ostream* stream) { *stream << c.name; }

Tensor by_pixel(const Tensor& maps) { return maps.permute({0, 2, 3, 1}).contiguous(); }

double error_of(const Tensor& actual, const Tensor& expected) {
  return ((actual - expected).abs().max() / expected.abs().max()).item<double>();
}

class Convolution : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto& c = GetParam();
    at::manual_seed(1);
    x = at::rand({c.images, c.channels, c.rows, c.columns}) - 0.5;
    ConvWeights weights{.weight = at::rand({c.outputs, c.channels / c.groups, c.kernel, c.kernel}) - 0.5,
                        .output_scale = at::rand({c.outputs}, at::kDouble) + 0.5,
                        .bias = at::rand({c.outputs}, at::kDouble) - 0.5,
                        .stride = {c.stride, c.stride},
                        .padding = {c.padding, c.padding},
                        .dilation = {c.dilation, c.dilation},
                        .groups = c.groups};
    if (c.groups == 1) weights.input_scale = at::rand({c.channels}, at::kDouble) + 0.5;
    layer = make_conv_layer(weights);
    folded = weights.folded();
    shape = layer->shape(c.images, c.rows, c.columns);
    plain =
        at::conv2d(x.to(at::kDouble), folded.to(at::kDouble), weights.bias, c.stride, c.padding, c.dilation, c.groups);
    residual = at::rand(plain.sizes()) - 0.5;
  }

  /// Returns the output of the layer as (N, C, H, W).
  Tensor run(const ConvAlgorithm& algorithm, bool with_residual, bool relu, int64_t threads) {
    const auto in = by_pixel(x), y = by_pixel(residual).clone();
    const auto work = at::empty({layer->scratch(shape, algorithm, threads)});
    auto* to = y.mutable_data_ptr<float>();
    layer->run(algorithm, shape, in.const_data_ptr<float>(), with_residual ? to : nullptr,
               relu ? Activation::relu : Activation::none, to, work.mutable_data_ptr<float>(), threads);
    return y.permute({0, 3, 1, 2});
  }

  Tensor expected(bool with_residual, bool relu) const {
    auto sum = with_residual ? plain + residual : plain;
    return relu ? sum.relu() : sum;
  }

  Tensor x, folded, plain, residual;
  std::shared_ptr<const ConvLayer> layer;
  ConvShape shape{};
};

}  // namespace

TEST_P(Convolution, IsThatOfLibTorchByEveryAlgorithm) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    SetUp();  // packed weights depend on the instruction set
    for (const auto& algorithm : layer->algorithms(shape, true))
      for (const int64_t threads : {1, 2, 3})
        for (const bool with_residual : {false, true})
          for (const bool relu : {false, true}) {
            if (algorithm.kind == ConvAlgorithm::Kind::onednn && target != hwy::SupportedAndGeneratedTargets().front())
              continue;
            const auto tolerance = algorithm.is_winograd() ? 5e-5 : 3e-6;
            EXPECT_LE(error_of(run(algorithm, with_residual, relu, threads), expected(with_residual, relu)), tolerance)
                << algorithm.text() << " by " << hwy::TargetName(target) << ", threads=" << threads
                << ", residual=" << with_residual << ", relu=" << relu;
          }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_P(Convolution, KeepsANan) {
  x[0][0][shape.rows / 2][shape.columns / 2] = NAN;
  const auto reached =
      at::conv2d(x, folded, {}, shape.stride_rows, shape.padding_rows, shape.dilation_rows, shape.groups)
          .isnan()
          .any()
          .item<bool>();
  for (const auto& algorithm : layer->algorithms(shape, true))
    if (algorithm.kind != ConvAlgorithm::Kind::onednn)
      EXPECT_EQ(run(algorithm, false, true, 1).isnan().any().item<bool>(), reached) << algorithm.text();
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, Convolution,
    testing::Values(
        Case{"one_by_one", 2, 7, 5, 48, 40}, Case{"strided_one_by_one", 1, 9, 9, 16, 32, 1, 2},
        Case{"three_by_three", 2, 9, 11, 16, 48, 3, 1, 1}, Case{"large_three_by_three", 1, 14, 14, 64, 96, 3, 1, 1},
        Case{"five_by_five", 2, 9, 7, 32, 48, 5, 1, 2}, Case{"without_border", 1, 8, 8, 32, 32, 3},
        Case{"strided", 2, 10, 9, 24, 20, 3, 2, 1}, Case{"dilated", 1, 9, 9, 8, 8, 3, 1, 2, 2},
        Case{"stem", 2, 31, 33, 3, 64, 7, 2, 3}, Case{"one_channel", 2, 12, 12, 1, 6, 5, 1, 2},
        Case{"deep", 1, 3, 3, 1100, 18}, Case{"linear", 5, 1, 1, 300, 1000}, Case{"one_row", 1, 1, 1, 33, 7},
        Case{"groups_of_four", 1, 9, 9, 64, 64, 3, 1, 1, 1, 16},
        Case{"groups_of_eight", 2, 6, 7, 64, 64, 3, 2, 1, 1, 8},
        Case{"groups_of_twelve", 2, 7, 6, 48, 60, 3, 1, 2, 2, 4},
        Case{"many_wide_groups", 1, 9, 9, 192, 192, 5, 1, 2, 1, 3},
        Case{"groups_of_six", 1, 5, 5, 12, 12, 3, 1, 1, 1, 2}, Case{"wide_groups", 1, 6, 6, 64, 96, 3, 1, 1, 1, 2},
        Case{"depthwise", 1, 6, 6, 10, 10, 3, 1, 1, 1, 10}, Case{"groups_of_four_odd", 1, 6, 6, 12, 12, 3, 1, 1, 1, 3}),
    [](const auto& name) { return name.param.name; });

// The result of a network must not depend on the number of cores.
TEST(Convolution, ThreadsChangeNoBit) {
  at::manual_seed(1);
  const auto layer = make_conv_layer({.weight = at::rand({64, 32, 3, 3}) - 0.5, .stride = {1, 1}, .padding = {1, 1}});
  const auto shape = layer->shape(1, 20, 20);
  const auto x = at::rand({1, 20, 20, 32});
  for (const auto& algorithm : layer->algorithms(shape, true)) {
    if (algorithm.kind == ConvAlgorithm::Kind::onednn) continue;
    std::vector<Tensor> results;
    for (const int64_t threads : {1, 2, 5}) {
      const auto work = at::empty({layer->scratch(shape, algorithm, threads)});
      results.push_back(at::empty({1, 20, 20, 64}));
      layer->run(algorithm, shape, x.const_data_ptr<float>(), nullptr, Activation::none,
                 results.back().mutable_data_ptr<float>(), work.mutable_data_ptr<float>(), threads);
    }
    EXPECT_TRUE(at::equal(results[0], results[1]) && at::equal(results[0], results[2])) << algorithm.text();
  }
}

TEST(Convolution, HasEachActivationInEveryAlgorithm) {
  at::manual_seed(1);
  const auto weight = at::rand({32, 16, 3, 3}) - 0.5;
  const auto layer = make_conv_layer({.weight = weight, .padding = {1, 1}});
  const auto shape = layer->shape(2, 9, 7);
  const auto x = at::randn({2, 16, 9, 7}), in = by_pixel(x), y = at::empty({2, 9, 7, 32});
  const auto plain = at::conv2d(x, weight, {}, 1, 1);
  const auto check = [&](Activation activation, const Tensor& expected) {
    for (const auto& algorithm : layer->algorithms(shape, true)) {
      const auto work = at::empty({layer->scratch(shape, algorithm, 1)});
      layer->run(algorithm, shape, in.const_data_ptr<float>(), nullptr, activation, y.mutable_data_ptr<float>(),
                 work.mutable_data_ptr<float>(), 1);
      EXPECT_LE(error_of(y.permute({0, 3, 1, 2}), expected), 5e-5)
          << algorithm.text() << ", activation " << static_cast<int>(activation);
    }
  };
  check(Activation::none, plain);
  check(Activation::relu, plain.relu());
  check(Activation::relu6, plain.clamp(0, 6));
  check(Activation::sigmoid, plain.sigmoid());
  check(Activation::silu, at::silu(plain));
  check(Activation::gelu, at::gelu(plain));
  check(Activation::hard_swish, at::hardswish(plain));
}

TEST(Winograd, ErrorsStayBelowThatOfItsTransforms) {
  using Kind = ConvAlgorithm::Kind;
  at::manual_seed(1);
  struct Way {
    Kind kind;
    int64_t kernel;
    double most;
  };
  for (const auto& [kind, kernel, most] :
       {Way{Kind::winograd, 3, 3e-5}, Way{Kind::winograd, 5, 3e-5}, Way{Kind::winograd4, 3, 3e-6}})
    for (const int64_t channels : {16, 64, 256}) {
      const auto padding = kernel / 2;
      const auto deviation = 1 / std::sqrt(static_cast<double>(kernel * kernel * channels));
      const auto weight = at::randn({32, channels, kernel, kernel}) * deviation;
      const auto layer = make_conv_layer({.weight = weight, .padding = {padding, padding}});
      const auto shape = layer->shape(1, 16, 16);
      const auto x = at::randn({1, channels, 16, 16}), in = by_pixel(x), y = at::empty({1, 16, 16, 32});
      const ConvAlgorithm algorithm{kind, 12};
      const auto work = at::empty({layer->scratch(shape, algorithm, 1)});
      layer->run(algorithm, shape, in.const_data_ptr<float>(), nullptr, Activation::none, y.mutable_data_ptr<float>(),
                 work.mutable_data_ptr<float>(), 1);
      const auto exact = at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), {}, 1, padding);
      EXPECT_LE(error_of(y.permute({0, 3, 1, 2}), exact), most)
          << algorithm.text() << ", " << kernel << ", " << channels;
    }
}

TEST(Winograd, FewPixelsTakeTheSmallerSquares) {
  const auto layer = make_conv_layer({.weight = at::zeros({256, 256, 3, 3}), .padding = {1, 1}});
  const auto first = [&](int64_t images, int64_t side) {
    return layer->algorithms(layer->shape(images, side, side), true).front().text();
  };
  EXPECT_EQ(first(1, 14), "winograd4");  // the larger ones read 2.25 times the weights
  EXPECT_EQ(first(8, 14), "winograd");
  EXPECT_EQ(first(1, 7), "direct");
  for (const auto* text : {"direct", "winograd", "winograd:24", "winograd4", "winograd4:12", "onednn"})
    EXPECT_EQ(ConvAlgorithm::parse(text).text(), text);
  for (const auto* text : {"", "winograd:", "winograd4:0", "winograd5", "winograd:12x", "onednn:4"})
    EXPECT_THROW(ConvAlgorithm::parse(text), reszoo::Error) << text;
}
