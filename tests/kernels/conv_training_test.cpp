// The passes of a convolution and of a pool in training against LibTorch, for every instruction set of this processor.
#include "kernels/conv.h"
#include "kernels/conv_winograd_gradient.h"
#include "kernels/max_pool_gradient.h"
#include "targets.h"

using namespace reszoo::kernels;

namespace {

struct Maps {
  int64_t images, rows, columns, channels, outputs, padding;
};

ConvShape shape_of(const Maps& m) {
  return {.images = m.images,
          .rows = m.rows,
          .columns = m.columns,
          .channels = m.channels,
          .rows_out = m.rows + 2 * m.padding - 2,
          .columns_out = m.columns + 2 * m.padding - 2,
          .outputs = m.outputs,
          .kernel_rows = 3,
          .kernel_columns = 3,
          .padding_rows = m.padding,
          .padding_columns = m.padding};
}

/// The gradients of x and of the weights, in double.
std::pair<Tensor, Tensor> expected_gradients(const Tensor& x, const Tensor& weight, const Tensor& g, int64_t padding) {
  const auto result =
      at::convolution_backward(g.to(at::kDouble), x.to(at::kDouble), weight.to(at::kDouble), std::nullopt, {1, 1},
                               {padding, padding}, {1, 1}, false, {0, 0}, 1, {true, true, false});
  return {std::get<0>(result), std::get<1>(result)};
}

}  // namespace

TEST(ConvTraining, WinogradsGradientOfTheWeightsIsThatOfLibTorch) {
  at::manual_seed(1);
  // The last one has so many sums that the threads share them.
  for (const auto& m :
       {Maps{3, 9, 10, 32, 16, 1}, Maps{2, 4, 4, 16, 48, 0}, Maps{1, 1, 5, 16, 16, 1}, Maps{2, 13, 6, 192, 80, 1}}) {
    const auto shape = shape_of(m);
    ASSERT_TRUE(fits_winograd_gradient(shape));
    const auto x = at::randn({m.images, m.channels, m.rows, m.columns}),
               weight = at::randn({m.outputs, m.channels, 3, 3});
    const auto g = at::randn({m.images, m.outputs, shape.rows_out, shape.columns_out});
    const auto expected = expected_gradients(x, weight, g, m.padding).second;
    const auto in = by_pixel(x), wanted = by_pixel(g);
    for_each_target([&](const char* target) {
      for (const int64_t threads : {1, 2, 3}) {
        const auto gradient = at::empty({m.outputs, 3, 3, m.channels});
        const auto scratch = at::empty({winograd_gradient_scratch(shape, threads)});
        winograd_weight_gradient(in.const_data_ptr<float>(), wanted.const_data_ptr<float>(), shape,
                                 gradient.mutable_data_ptr<float>(), scratch.mutable_data_ptr<float>(), threads);
        EXPECT_LE(error_of(gradient.permute({0, 3, 1, 2}), expected), 1e-4)
            << target << ", channels=" << m.channels << ", threads=" << threads;
      }
    });
  }
}

TEST(ConvTraining, TheGradientOfTheInputIsAConvolutionWithTurnedWeights) {
  at::manual_seed(2);
  for (const int64_t padding : {0, 1, 2}) {
    const Maps m{2, 9, 7, 32, 48, padding};
    const auto shape = shape_of(m);
    const auto x = at::randn({m.images, m.channels, m.rows, m.columns});
    const auto weight = at::randn({m.outputs, m.channels, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
    const auto g = at::randn({m.images, m.outputs, shape.rows_out, shape.columns_out});
    const auto expected = expected_gradients(x, weight, g, padding).first;
    const auto back = shape_of({m.images, shape.rows_out, shape.columns_out, m.outputs, m.channels, 2 - padding});
    const WeightView turned(weight.const_data_ptr<float>() + 8 * m.channels, 1, weight.stride(0), -3 * m.channels,
                            -m.channels);
    const auto wanted = by_pixel(g), zeros = at::zeros({m.outputs});
    for_each_target([&](const char* target) {
      for (const auto& algorithm : conv_algorithms(back, /*winograd=*/true)) {
        const auto packed = at::empty({packed_size(back, algorithm)});
        const auto scratch = at::empty({conv_scratch(back, algorithm, 2)});
        const auto gradient = at::empty({m.images, m.rows, m.columns, m.channels});
        pack_weights(turned, back, algorithm, 2, packed.mutable_data_ptr<float>());
        conv(back, algorithm,
             {wanted.const_data_ptr<float>(), packed.const_data_ptr<float>(), zeros.const_data_ptr<float>(),
              gradient.mutable_data_ptr<float>(), scratch.mutable_data_ptr<float>()},
             {}, 2);
        EXPECT_LE(error_of(gradient.permute({0, 3, 1, 2}), expected), 1e-4)
            << target << " by " << algorithm.text() << ", padding=" << padding;
      }
    });
  }
}

TEST(PoolTraining, IsThatOfLibTorch) {
  at::manual_seed(3);
  for (const auto& [size, kernel, stride, padding] : std::vector<std::tuple<int64_t, int64_t, int64_t, int64_t>>{
           {9, 3, 2, 1}, {8, 3, 2, 1}, {7, 2, 2, 0}, {6, 3, 1, 0}, {9, 2, 3, 1}}) {
    // Few different values, so that windows have several maxima.
    const auto x = at::randint(-3, 3, {2, 21, size, size + 1}).to(at::kFloat).set_requires_grad(true);
    const auto y = at::max_pool2d(x, {kernel, kernel}, {stride, stride}, {padding, padding});
    const auto g = at::randn_like(y);
    y.backward(g);
    const PoolShape s{2, size, size + 1, 21, y.size(2), y.size(3), kernel, kernel, stride, stride, padding, padding};
    const auto in = by_pixel(x.detach()), wanted = by_pixel(g);
    for_each_target([&](const char* target) {
      const auto out = at::empty({2, s.rows_out, s.columns_out, 21}), gradient = at::empty_like(in);
      const auto places = at::empty(out.sizes(), at::kByte);
      for (const auto& [first, end] : std::vector<std::pair<int64_t, int64_t>>{{0, 3}, {3, 2 * s.rows_out}})
        max_pool_kernels<float>().forward(in.const_data_ptr<float>(), s, out.mutable_data_ptr<float>(),
                                          places.mutable_data_ptr<uint8_t>(), first, end);
      EXPECT_TRUE(at::equal(out, by_pixel(y.detach()))) << target << ", size=" << size;
      max_pool_kernels<float>().backward(wanted.const_data_ptr<float>(), places.const_data_ptr<uint8_t>(), s,
                                         gradient.mutable_data_ptr<float>(), 0, 2 * s.rows);
      EXPECT_LE(error_of(gradient, by_pixel(x.grad())), 1e-6) << target << ", size=" << size;
    });
  }
}
