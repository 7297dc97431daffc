// Products of bfloat16 and int8, with every instruction set that they are compiled for.
#include <ATen/ops/conv2d.h>

#include <algorithm>

#include "kernels/conv_dot.h"
#include "kernels/max_pool_kept.h"
#include "targets.h"

using namespace reszoo::kernels;

namespace {

using Type = StoredAs::Type;

/// Calls `test` with the name of each instruction set.
void for_each_dot_target(DotType type, const std::function<void(const char* target)>& test) {
  constexpr std::array names{"portable", "AVX2", "AVX-512 VNNI", "AVX-512 BF16", "AMX"};
  for (const auto target : dot_targets(type)) {
    set_dot_target(type, target);
    test(names[static_cast<size_t>(target)]);
  }
}

at::ScalarType tensor_type(Type type) {
  return type == Type::float32 ? at::kFloat : type == Type::bfloat16 ? at::kBFloat16 : at::kByte;
}

Tensor real_of(const Tensor& stored, const StoredAs& as) {
  const auto real = stored.to(at::kDouble);
  return as.type == Type::uint8 ? (real - as.zero_point) * as.scale : real;
}

/// A convolution with its operands. Images are channels-last.
struct DotCase {
  DotType type;
  ConvShape shape;
  StoredAs x_as = {}, residual_as = {};
  Tensor x, weight, scale, bias, residual;

  DotCase(DotType type_, const ConvShape& shape_) : type(type_), shape(shape_) {
    at::manual_seed(1);
    const auto& s = shape;
    const std::vector<int64_t> sizes{s.images, s.rows, s.columns, s.channels};
    const std::vector<int64_t> of_weight{s.outputs, s.group_channels(), s.kernel_rows, s.kernel_columns};
    const std::vector<int64_t> of_result{s.images, s.rows_out, s.columns_out, s.outputs};
    bias = at::randn({s.outputs});
    if (type == DotType::int8) {
      x_as = {Type::uint8, 0.02f, 3, 127};
      residual_as = {Type::uint8, 0.03f, 40};
      x = at::randint(0, 128, sizes, at::kByte);
      residual = at::randint(0, 256, of_result, at::kByte);
      weight = at::randint(-127, 128, of_weight, at::kChar);
      scale = at::rand({s.outputs}) * 0.01;
    } else {
      x_as = residual_as = {Type::bfloat16};
      x = at::randn(sizes).to(at::kBFloat16);
      residual = at::randn(of_result).to(at::kBFloat16);
      weight = at::randn(of_weight).to(at::kBFloat16).to(at::kFloat);
    }
  }

  Tensor expected(bool with_residual, bool relu) const {
    const auto pixels = real_of(x, x_as).permute({0, 3, 1, 2});
    auto weights = weight.to(at::kDouble);
    if (scale.defined()) weights = weights * scale.to(at::kDouble).reshape({-1, 1, 1, 1});
    auto y = at::conv2d(pixels, weights, bias.to(at::kDouble), {shape.stride_rows, shape.stride_columns},
                        {shape.padding_rows, shape.padding_columns}, {shape.dilation_rows, shape.dilation_columns},
                        shape.groups)
                 .permute({0, 2, 3, 1});
    if (with_residual) y = y + real_of(residual, residual_as);
    return relu ? y.relu() : y;
  }

  Tensor run(bool with_residual, bool relu, const StoredAs& y_as, int64_t threads) const {
    const auto packed = at::empty({dot_weights(type, shape)}, at::kByte);
    auto bias_here = bias, scale_here = scale;
    if (type == DotType::int8) {
      pack_dot(weight.const_data_ptr<int8_t>(), shape.group_channels(), shape, packed.mutable_data_ptr());
      scale_here = (scale * x_as.scale).contiguous();
      bias_here = (bias - weight.to(at::kFloat).flatten(1).sum(1) * scale_here * x_as.zero_point).contiguous();
    } else {
      pack_dot(weight.const_data_ptr<float>(), shape.group_channels(), shape, packed.mutable_data_ptr());
    }
    const auto zeros = at::full({shape.channels}, x_as.type == Type::uint8 ? x_as.zero_point : 0, x.options());
    // What lies behind the result must stay as it is.
    const auto elements = shape.pixels() * shape.outputs;
    const auto y = at::full({elements + 64}, 77, tensor_type(y_as.type));
    const DotEpilogue epilogue{.scale = scale_here.defined() ? scale_here.const_data_ptr<float>() : nullptr,
                               .bias = bias_here.const_data_ptr<float>(),
                               .residual = with_residual ? residual.const_data_ptr() : nullptr,
                               .residual_as = residual_as,
                               .relu = relu};
    conv_dot(type, shape, {x.const_data_ptr(), packed.const_data_ptr(), zeros.const_data_ptr(), y.mutable_data_ptr()},
             epilogue, y_as, threads);
    EXPECT_TRUE((y.slice(0, elements) == 77).all().item<bool>());
    return y.slice(0, 0, elements).reshape({shape.images, shape.rows_out, shape.columns_out, shape.outputs});
  }
};

/// Square images and kernels.
ConvShape square(int64_t images, int64_t size, int64_t channels, int64_t outputs, int64_t kernel, int64_t stride,
                 int64_t padding, int64_t groups = 1) {
  const auto out = (size + 2 * padding - kernel) / stride + 1;
  return {.images = images,
          .rows = size,
          .columns = size,
          .channels = channels,
          .rows_out = out,
          .columns_out = out,
          .outputs = outputs,
          .kernel_rows = kernel,
          .kernel_columns = kernel,
          .stride_rows = stride,
          .stride_columns = stride,
          .padding_rows = padding,
          .padding_columns = padding,
          .groups = groups};
}

}  // namespace

TEST(Dot, ConvolutionsAreExactSumsInEveryInstructionSet) {
  const std::vector<ConvShape> shapes{square(2, 9, 32, 40, 3, 1, 1),      // a part of a vector
                                      square(1, 8, 64, 72, 1, 2, 0),      // strided
                                      square(1, 5, 2048, 8, 1, 1, 0),     // several blocks of the sum
                                      square(1, 7, 4, 5, 7, 2, 3),        // few channels
                                      square(1, 6, 64, 64, 3, 1, 1, 16),  // groups of 4
                                      square(1, 6, 64, 64, 3, 1, 1, 8),   // of 8
                                      square(1, 6, 64, 64, 3, 2, 1, 4),   // of 16
                                      square(1, 6, 24, 24, 3, 1, 1, 2),   // of 12
                                      square(1, 7, 128, 96, 3, 1, 1, 2),  // of 64 and 48
                                      square(3, 5, 44, 33, 3, 1, 1),      // parts of a tile in each direction
                                      square(1, 3, 64, 96, 1, 1, 0),      // fewer rows than a tile's
                                      square(1, 7, 512, 40, 3, 1, 1),     // several blocks of a tile's sum
                                      square(1, 1, 260, 33, 1, 1, 0),     // one row
                                      square(2, 23, 64, 24, 1, 1, 0)};    // several blocks of rows
  for (const auto type : {DotType::bfloat16, DotType::int8})
    for (const auto& shape : shapes) {
      const DotCase it(type, shape);
      for_each_dot_target(type, [&](const char* target) {
        for (const bool residual : {false, true}) {
          const auto expected = it.expected(residual, /*relu=*/residual);
          const auto most = expected.abs().max().item<double>();
          const auto named = testing::Message() << target << " channels=" << shape.channels
                                                << " groups=" << shape.groups << " type=" << static_cast<int>(type);
          EXPECT_LE((it.run(residual, residual, {}, 1) - expected).abs().max().item<double>(), 2e-6 * most) << named;
          const StoredAs half{Type::bfloat16};
          const auto rounded = it.run(residual, residual, half, 2);
          EXPECT_TRUE(at::allclose(real_of(rounded, half), expected, 0x1p-8, 1e-5 * most)) << named;
          const StoredAs bytes{Type::uint8, static_cast<float>(most / 200), 60, 127};
          const auto integers = it.run(residual, residual, bytes, 2);
          const auto bounded = expected.clamp(-60 * bytes.scale, (127 - 60) * bytes.scale);
          EXPECT_LE((real_of(integers, bytes) - bounded).abs().max().item<double>(), 0.501 * bytes.scale) << named;
        }
      });
    }
}

TEST(Dot, NumbersAreRoundedAsLibTorchDoesInEveryInstructionSet) {
  const std::vector<float> values{-1,    0,   0.4f,      0.5f,     1.5f,        126.6f, 200,
                                  1e30f, NAN, -INFINITY, INFINITY, 1.00390625f, 3e38f};
  const auto x = at::tensor(values).repeat({3});
  for_each_dot_target(DotType::bfloat16, [&](const char* target) {
    for (int64_t offset = 0; offset < 13; ++offset) {
      const auto from = x.slice(0, offset).contiguous();
      const auto halves = at::empty_like(from, at::kBFloat16), bytes = at::empty_like(from, at::kByte);
      const auto back = at::empty_like(from);
      convert_stored(from.const_data_ptr(), {}, halves.mutable_data_ptr(), {Type::bfloat16}, from.numel());
      EXPECT_TRUE(at::allclose(halves.to(at::kFloat), from.to(at::kBFloat16).to(at::kFloat), 0, 0, true)) << target;
      convert_stored(halves.const_data_ptr(), {Type::bfloat16}, back.mutable_data_ptr(), {}, from.numel());
      EXPECT_TRUE(at::allclose(back, halves.to(at::kFloat), 0, 0, true)) << target;
      convert_stored(from.const_data_ptr(), {}, bytes.mutable_data_ptr(), {Type::uint8, 1, 2, 100}, from.numel());
      const auto expected = (from + 2).nan_to_num(0).clamp(0, 100).round();
      EXPECT_TRUE(at::equal(bytes.to(at::kFloat), expected)) << target;
    }
  });
}

TEST(Dot, SumsOfStoredValues) {
  at::manual_seed(0);
  const StoredAs bytes{Type::uint8, 0.5f, 3};
  const auto x = at::randint(0, 256, {37}, at::kByte);
  for_each_dot_target(DotType::bfloat16, [&](const char* target) {
    const auto sums = at::ones({37});
    accumulate_stored(x.const_data_ptr(), bytes, 37, sums.mutable_data_ptr<float>());
    EXPECT_TRUE(at::equal(sums, (x.to(at::kFloat) - 3) * 0.5 + 1)) << target;
  });
}

TEST(Dot, MaximaOfStoredValues) {
  at::manual_seed(0);
  const PoolShape shape{.images = 2,
                        .rows = 7,
                        .columns = 6,
                        .channels = 5,
                        .rows_out = 4,
                        .columns_out = 3,
                        .kernel_rows = 3,
                        .kernel_columns = 3,
                        .stride_rows = 2,
                        .stride_columns = 2,
                        .padding_rows = 1,
                        .padding_columns = 1};
  for (const auto type : {Type::bfloat16, Type::uint8}) {
    const auto x = (at::randn({2, 5, 7, 6}) * 40 + (type == Type::uint8 ? 128 : 0)).clamp(-200, 255).relu_();
    const auto signed_x = type == Type::uint8 ? x : at::randn({2, 5, 7, 6});
    const auto stored = by_pixel(signed_x).to(tensor_type(type));
    const auto y = at::empty({2, 4, 3, 5}, stored.options());
    max_pool_kept(stored.const_data_ptr(), type, shape, y.mutable_data_ptr(), 0, 8);
    const auto expected = at::max_pool2d(stored.permute({0, 3, 1, 2}).to(at::kFloat), 3, 2, 1);
    EXPECT_TRUE(at::equal(y.to(at::kFloat), by_pixel(expected)));
  }
}
