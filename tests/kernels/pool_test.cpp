// Pooling against LibTorch, for every instruction set of this processor.
#include "kernels/pool.h"

#include <ATen/ATen.h>

#include "targets.h"

using namespace reszoo::kernels;

namespace {

PoolShape pool_of(const Tensor& x, const Tensor& y, int64_t kernel, int64_t stride, int64_t padding, bool counts) {
  return {x.size(0), x.size(2), x.size(3), x.size(1), y.size(2), y.size(3), kernel,
          kernel,    stride,    stride,    padding,   padding,   counts};
}

}  // namespace

TEST(Pooling, IsThatOfLibTorch) {
  at::manual_seed(1);
  for_each_target([](const char* target) {
    for (const int64_t channels : {1, 3, 16, 37})
      for (const auto& [kernel, stride, padding, ceil] :
           std::vector<std::tuple<int64_t, int64_t, int64_t, bool>>{{3, 2, 1, false},
                                                                    {2, 2, 0, true},
                                                                    {3, 2, 1, true},
                                                                    {3, 3, 0, true},
                                                                    {2, 1, 0, false},
                                                                    {5, 1, 2, false}}) {
        const auto x = at::randn({2, channels, 11, 9}), in = by_pixel(x);
        const auto check = [&](auto pool, const Tensor& expected, bool counts) {
          const auto y = at::empty({2, expected.size(2), expected.size(3), channels});
          pool(in.const_data_ptr<float>(), pool_of(x, expected, kernel, stride, padding, counts), Epilogue{},
               y.template mutable_data_ptr<float>(), 0, 2 * expected.size(2));
          EXPECT_LE(error_of(y.permute({0, 3, 1, 2}), expected), 1e-6)
              << target << " kernel=" << kernel << ", stride=" << stride << ", padding=" << padding
              << ", counts=" << counts;
        };
        check(max_pool, at::max_pool2d(x, kernel, stride, padding, 1, ceil), false);
        for (const bool counts : {false, true})
          check(avg_pool, at::avg_pool2d(x, kernel, stride, padding, ceil, counts), counts);
      }
  });
}

TEST(Pooling, TheLargestOfANanIsANan) {
  auto x = at::randn({1, 8, 4, 4});
  x[0][2][1][1] = NAN;
  const auto in = by_pixel(x), expected = at::max_pool2d(x, 2), y = at::empty({1, 2, 2, 8});
  max_pool(in.const_data_ptr<float>(), pool_of(x, expected, 2, 2, 0, false), {}, y.mutable_data_ptr<float>(), 0, 2);
  EXPECT_TRUE(at::equal(y.permute({0, 3, 1, 2}).isnan(), expected.isnan()));
}

TEST(Pooling, AdaptiveIsThatOfLibTorch) {
  at::manual_seed(1);
  const auto x = at::randn({2, 19, 11, 9}), in = by_pixel(x);
  for_each_target([&](const char* target) {
    for (const auto& [rows, columns] :
         std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {6, 6}, {7, 4}, {11, 9}, {13, 20}}) {
      const auto expected = at::adaptive_avg_pool2d(x, {rows, columns}), y = at::empty({2, rows, columns, 19});
      auto shape = pool_of(x, expected, 0, 0, 0, false);
      shape.adaptive = true;
      avg_pool(in.const_data_ptr<float>(), shape, {}, y.mutable_data_ptr<float>(), 0, 2 * rows);
      EXPECT_LE(error_of(y.permute({0, 3, 1, 2}), expected), 1e-6) << target << " " << rows << "x" << columns;
      const auto largest = at::adaptive_max_pool2d(x, {rows, columns});
      max_pool(in.const_data_ptr<float>(), shape, {}, y.mutable_data_ptr<float>(), 0, 2 * rows);
      EXPECT_TRUE(at::equal(y.permute({0, 3, 1, 2}), std::get<0>(largest))) << target << " " << rows << "x" << columns;
    }
  });
}

TEST(Pooling, BlurIsAConvolutionOfTheMirroredMap) {
  at::manual_seed(1);
  const auto side = at::tensor({0.25f, 0.5f, 0.25f}), filter = at::outer(side, side);
  for_each_target([&](const char* target) {
    for (const int64_t channels : {1, 16, 37})
      for (const int64_t stride : {1, 2}) {
        const auto x = at::randn({2, channels, 11, 8}), in = by_pixel(x);
        const auto expected = at::conv2d(at::reflection_pad2d(x, {1, 1, 1, 1}), filter.expand({channels, 1, 3, 3}), {},
                                         stride, at::IntArrayRef{0}, 1, channels);
        const auto y = at::empty({2, expected.size(2), expected.size(3), channels});
        blur_pool(in.const_data_ptr<float>(), filter.const_data_ptr<float>(), pool_of(x, expected, 3, stride, 1, false),
                  {}, y.mutable_data_ptr<float>(), 0, 2 * expected.size(2));
        EXPECT_LE(error_of(y.permute({0, 3, 1, 2}), expected), 1e-6) << target << " channels=" << channels;
      }
  });
}

// In two calls, as from two threads: each call must find its rows of the residual.
TEST(Pooling, HasAnEpilogue) {
  at::manual_seed(1);
  const auto x = at::randn({2, 19, 8, 6}), in = by_pixel(x), bias = at::randn({19}),
             residual = at::randn({2, 4, 3, 19});
  const auto side = at::tensor({0.25f, 0.5f, 0.25f}), filter = at::outer(side, side);
  for_each_target([&](const char* target) {
    for (const auto& [activation, function] : activations()) {
      const Epilogue epilogue{bias.const_data_ptr<float>(), residual.const_data_ptr<float>(), activation};
      const auto expected = at::max_pool2d(x, 2), mean = at::avg_pool2d(x, 2);
      const auto check = [&](const auto& run, const Tensor& pooled) {
        const auto y = at::empty({2, 4, 3, 19});
        for (const int64_t first : {0, 3}) run(y.mutable_data_ptr<float>(), first, first == 0 ? 3 : 8);
        EXPECT_LE(error_of(y, function(by_pixel(pooled) + bias + residual)), 1e-6) << target;
      };
      const auto shape = pool_of(x, expected, 2, 2, 0, false);
      check([&](float* y, int64_t first,
                int64_t end) { max_pool(in.const_data_ptr<float>(), shape, epilogue, y, first, end); },
            expected);
      check([&](float* y, int64_t first,
                int64_t end) { avg_pool(in.const_data_ptr<float>(), shape, epilogue, y, first, end); },
            mean);
      const auto blurred = at::conv2d(at::reflection_pad2d(x, {1, 1, 1, 1}), filter.expand({19, 1, 3, 3}), {}, 2,
                                      at::IntArrayRef{0}, 1, 19);
      check(
          [&](float* y, int64_t first, int64_t end) {
            blur_pool(in.const_data_ptr<float>(), filter.const_data_ptr<float>(), pool_of(x, blurred, 3, 2, 1, false),
                      epilogue, y, first, end);
          },
          blurred);
    }
  });
}
