// Each activation in each implementation of a convolution against LibTorch, for every instruction set of this
// processor.
#include <string>

#include "kernels/conv.h"
#include "targets.h"

using namespace reszoo::kernels;

namespace {

struct Case {
  std::string path;
  int64_t channels, outputs, kernel = 1, groups = 1;
};

Tensor run(const ConvShape& shape, const ConvAlgorithm& algorithm, const Tensor& x, const Tensor& weight,
           const Epilogue& epilogue, int64_t threads) {
  const auto packed = at::empty({packed_size(shape, algorithm)});
  pack_weights({weight.const_data_ptr<float>(), shape}, shape, algorithm, threads, packed.mutable_data_ptr<float>());
  const auto zeros = at::zeros({shape.channels}), scratch = at::empty({conv_scratch(shape, algorithm, threads)});
  const auto y = at::empty({shape.images, shape.rows_out, shape.columns_out, shape.outputs});
  conv(shape, algorithm,
       {x.const_data_ptr<float>(), packed.const_data_ptr<float>(), zeros.const_data_ptr<float>(),
        y.mutable_data_ptr<float>(), scratch.mutable_data_ptr<float>()},
       epilogue, threads);
  return y;
}

}  // namespace

TEST(ConvEpilogue, EachActivationInEachPath) {
  at::manual_seed(1);
  for (const auto& c :
       {Case{"gemm", 24, 64}, Case{"gemm with outputs that fill no vector", 24, 37}, Case{"few channels", 3, 20, 3},
        Case{"deep sum", 1100, 18}, Case{"groups of four", 64, 64, 3, 16}, Case{"wide groups", 32, 48, 3, 2},
        Case{"depthwise", 10, 10, 3, 10}, Case{"winograd", 32, 48, 3}, Case{"winograd of 5x5", 16, 32, 5}}) {
    const auto x = at::rand({2, c.channels, 7, 6}) - 0.5, in = by_pixel(x), bias = at::rand({c.outputs}) - 0.5;
    const auto weight = at::rand({c.outputs, c.channels / c.groups, c.kernel, c.kernel}) - 0.5;
    const auto plain =
        by_pixel(at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), {}, 1, c.kernel / 2, 1, c.groups));
    const auto residual = at::rand({2, 7, 6, c.outputs}) - 0.5;
    const ConvShape shape{.images = 2,
                          .rows = 7,
                          .columns = 6,
                          .channels = c.channels,
                          .rows_out = 7,
                          .columns_out = 6,
                          .outputs = c.outputs,
                          .kernel_rows = c.kernel,
                          .kernel_columns = c.kernel,
                          .padding_rows = c.kernel / 2,
                          .padding_columns = c.kernel / 2,
                          .groups = c.groups};
    for_each_target([&](const char* target) {
      for (const auto& algorithm : conv_algorithms(shape, /*winograd=*/true))
        for (const auto& [activation, function] : activations())
          for (const bool with_residual : {false, true}) {
            const Epilogue epilogue{bias.const_data_ptr<float>(),
                                    with_residual ? residual.const_data_ptr<float>() : nullptr, activation};
            const auto expected = function(with_residual ? plain + bias + residual : plain + bias);
            const auto tolerance = algorithm.is_winograd() ? 1e-4 : 1e-5;
            EXPECT_LE(error_of(run(shape, algorithm, in, weight, epilogue, 2), expected), tolerance)
                << c.path << " by " << algorithm.text() << " on " << target << ", activation "
                << static_cast<int>(activation) << ", residual=" << with_residual;
          }
    });
  }
}
