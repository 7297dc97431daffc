// Matrix products and gradients of weights against LibTorch, for every instruction set of this processor.
#include "kernels/gemm.h"

#include "kernels/conv_weight_gradient.h"
#include "targets.h"

using namespace reszoo::kernels;

TEST(Gemm, IsThatOfLibTorch) {
  at::manual_seed(1);
  for_each_target([&](const char* target) {
    for (const auto& [rows, columns, depth] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{
             {1, 1, 1}, {7, 13, 5}, {33, 64, 40}, {50, 131, 700}, {8, 48, 256}})
      for (const bool transposed : {false, true}) {
        const auto a = at::randn({rows, depth}), b = at::randn({depth, columns}), c = at::empty({rows, columns});
        const auto stored = transposed ? a.t().contiguous() : a;
        const Factor factor{stored.const_data_ptr<float>(), transposed ? 1 : depth, transposed ? rows : 1};
        multiply(factor, b.const_data_ptr<float>(), c.mutable_data_ptr<float>(), {rows, columns, depth});
        EXPECT_LE(error_of(c, at::matmul(a.to(at::kDouble), b.to(at::kDouble))), 1e-5)
            << target << " " << rows << "x" << columns << "x" << depth << ", transposed=" << transposed;
      }
  });
}

TEST(Gemm, AddsToAPartOfALargerMatrix) {
  at::manual_seed(1);
  for_each_target([&](const char* target) {
    const auto a = at::randn({9, 140}), b = at::randn({140, 60}), c = at::randn({9, 70});
    const auto expected = c.to(at::kDouble);
    expected.narrow(1, 3, 41).add_(at::matmul(a.to(at::kDouble), b.to(at::kDouble).narrow(1, 5, 41)));
    const auto out = c.clone();
    multiply({a.const_data_ptr<float>(), 140, 1}, b.const_data_ptr<float>() + 5, out.mutable_data_ptr<float>() + 3,
             {.rows = 9, .columns = 41, .depth = 140, .add = true, .stride = 70, .b_stride = 60});
    EXPECT_LE(error_of(out, expected), 1e-5) << target;
  });
}

TEST(Gemm, OfFewColumnsIsThatOfLibTorch) {
  at::manual_seed(1);
  for_each_target([&](const char* target) {
    const auto a = at::randn({9, 37}), b = at::randn({3, 37}), bias = at::randn({3}), out = at::zeros({9, 5});
    multiply_few_columns(a.const_data_ptr<float>(), b.const_data_ptr<float>(), bias.const_data_ptr<float>(),
                         out.mutable_data_ptr<float>(), {.rows = 9, .columns = 3, .depth = 37, .stride = 5});
    EXPECT_LE(error_of(out.narrow(1, 0, 3), at::linear(a, b, bias)), 1e-5) << target;
    EXPECT_EQ(out.narrow(1, 3, 2).abs().max().item<float>(), 0) << target;
  });
}

TEST(Gemm, TransposesInParts) {
  const auto matrix = at::randn({37, 22});
  for_each_target([&](const char* target) {
    const auto out = at::empty({22, 37});
    for (const auto& [first, last] : std::vector<std::pair<int64_t, int64_t>>{{0, 17}, {17, 37}})
      transpose(matrix.const_data_ptr<float>(), 37, 22, first, last, out.mutable_data_ptr<float>());
    EXPECT_TRUE(at::equal(out, matrix.t())) << target;
  });
}

TEST(WeightGradient, IsThatOfLibTorch) {
  at::manual_seed(1);
  for_each_target([&](const char* target) {
    for (const auto& [size, kernel, stride, padding] : std::vector<std::tuple<int64_t, int64_t, int64_t, int64_t>>{
             {9, 3, 1, 1}, {10, 3, 2, 1}, {8, 5, 1, 2}, {40, 2, 2, 0}}) {
      const auto x = at::randn({3, 32, size, size}), weight = at::randn({19, 32, kernel, kernel});
      const auto y = at::conv2d(x, weight, {}, stride, padding), g = at::randn_like(y);
      const auto expected = at::convolution_backward(g.to(at::kDouble), x.to(at::kDouble), weight.to(at::kDouble),
                                                     std::nullopt, {stride, stride}, {padding, padding}, {1, 1}, false,
                                                     {0, 0}, 1, {false, true, false});
      const auto in = by_pixel(x), gradient = by_pixel(g), sum = at::zeros({19, kernel, kernel, 32});
      add_weight_gradient(in.const_data_ptr<float>(), gradient.const_data_ptr<float>(),
                          {.images = 3,
                           .rows = size,
                           .columns = size,
                           .channels = 32,
                           .rows_out = y.size(2),
                           .columns_out = y.size(3),
                           .outputs = 19,
                           .kernel_rows = kernel,
                           .kernel_columns = kernel,
                           .stride_rows = stride,
                           .stride_columns = stride,
                           .padding_rows = padding,
                           .padding_columns = padding},
                          sum.mutable_data_ptr<float>());
      EXPECT_LE(error_of(sum.permute({0, 3, 1, 2}), std::get<1>(expected)), 1e-5) << target << ", kernel=" << kernel;
    }
  });
}
