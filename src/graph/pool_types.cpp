// What pools, padding and modules that change shapes mean.
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/pixel_shuffle.h>
#include <ATen/ops/reflection_pad2d.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/padding.h>
#include <torch/nn/modules/pixelshuffle.h>
#include <torch/nn/modules/pooling.h>

#include "graph/module_types.h"
#include "reszoo/nn/blur_pool2d.h"
#include "reszoo/nn/zero_pad_shortcut.h"

namespace reszoo::detail {
namespace {

/// Returns the values per spatial dimension as (rows, columns).
std::array<int64_t, 2> rows_and_columns(at::IntArrayRef values, int64_t of_row) {
  if (values.size() == 1) return {of_row, values[0]};
  return {values[0], values[1]};
}

template <typename Options>
ops::Window window_of(const Options& options) {
  return {.kernel = rows_and_columns(*options.kernel_size(), 1),
          .stride = rows_and_columns(*options.stride(), 1),
          .padding = rows_and_columns(*options.padding(), 0),
          .ceil = options.ceil_mode()};
}

template <typename Impl>
size_t lower_max_pool(const Impl& pool, ModuleLowering& to, size_t x) {
  auto window = window_of(pool.options);
  window.dilation = rows_and_columns(*pool.options.dilation(), 1);
  return to.add(ops::MaxPool{window}, {x});
}

template <typename Impl>
size_t lower_avg_pool(const Impl& pool, ModuleLowering& to, size_t x) {
  if constexpr (std::is_same_v<Impl, nn::AvgPool2dImpl>)
    if (pool.options.divisor_override()) return to.add_module(x, "an average pool with a divisor of its own cannot");
  auto window = window_of(pool.options);
  window.count_include_pad = pool.options.count_include_pad();
  return to.add(ops::AvgPool{window}, {x});
}

size_t lower_flatten(const nn::FlattenImpl& flatten, ModuleLowering& to, size_t x) {
  const auto& options = flatten.options;
  if (options.start_dim() != 1) return to.add_module(x, "only a Flatten from dimension 1 to the last can");
  return to.add(ops::Flatten{options.end_dim()}, {x});
}

}  // namespace

void add_pool_types(ModuleTypes& types) {
  types.add<nn::MaxPool1dImpl>({.name = "max_pool1d", .lower = lower_max_pool<nn::MaxPool1dImpl>});
  types.add<nn::MaxPool2dImpl>({.name = "max_pool2d", .lower = lower_max_pool<nn::MaxPool2dImpl>});
  types.add<nn::AvgPool1dImpl>({.name = "avg_pool1d", .lower = lower_avg_pool<nn::AvgPool1dImpl>});
  types.add<nn::AvgPool2dImpl>({.name = "avg_pool2d", .lower = lower_avg_pool<nn::AvgPool2dImpl>});
  types.add<nn::AdaptiveAvgPool1dImpl>({
      .name = "adaptive_avg_pool1d",
      .lower =
          [](const auto& pool, auto& to, size_t x) {
            return to.add(ops::AdaptiveAvgPool{1, pool.options.output_size()->at(0)}, {x});
          },
  });
  types.add<nn::AdaptiveAvgPool2dImpl>({
      .name = "adaptive_avg_pool2d",
      .lower =
          [](const auto& pool, auto& to, size_t x) {
            const auto& size = *pool.options.output_size();
            return to.add(ops::AdaptiveAvgPool{size[0].value_or(0), size[1].value_or(0)}, {x});
          },
  });
  types.add<BlurPool2dImpl>({
      .name = "blur_pool",
      .lower =
          [](const auto& pool, auto& to, size_t x) {
            return to.add(ops::BlurPool{pool.filter()[0][0], pool.options.stride}, {x});
          },
  });
  types.add<nn::ConstantPad2dImpl>({
      .name = "constant_pad2d",
      .lower =
          [](const auto& pad, auto& to, size_t x) {
            const auto& sides = *pad.options.padding();  // left, right, top, bottom
            return to.add(ops::Pad{sides[0], sides[1], sides[2], sides[3], pad.options.value()}, {x});
          },
  });
  types.add<ZeroPadShortcutImpl>({
      .name = "zero_pad",
      .lower =
          [](const auto& pad, auto& to, size_t x) {
            const auto added = pad.options.out - pad.options.in;
            return to.add(ops::PadChannels{added / 2, added - added / 2, pad.options.stride}, {x});
          },
  });
  types.add<nn::FlattenImpl>({.name = "flatten", .lower = lower_flatten});
  types.add<nn::UnflattenImpl>({
      .name = "unflatten",
      .lower =
          [](const auto& split, auto& to, size_t x) {
            return to.add(ops::Unflatten{split.options.dim(), split.options.sizes()}, {x});
          },
  });
  types.add<nn::PixelShuffleImpl>({
      .name = "pixel_shuffle",
      .lower = [](const auto& shuffle, auto& to,
                  size_t x) { return to.add(ops::PixelShuffle{shuffle.options.upscale_factor()}, {x}); },
  });
}

}  // namespace reszoo::detail

namespace reszoo::ops {

Tensor MaxPool::forward(const std::vector<Tensor>& inputs) const {
  return detail::on_maps(inputs[0], [&](const Tensor& maps) {
    return at::max_pool2d(maps, window.kernel, window.stride, window.padding, window.dilation, window.ceil);
  });
}

Tensor AvgPool::forward(const std::vector<Tensor>& inputs) const {
  return detail::on_maps(inputs[0], [&](const Tensor& maps) {
    return at::avg_pool2d(maps, window.kernel, window.stride, window.padding, window.ceil, window.count_include_pad);
  });
}

Tensor BlurPool::forward(const std::vector<Tensor>& inputs) const {
  const auto channels = inputs[0].size(1), border = filter.size(0) / 2;
  const auto mirrored = at::reflection_pad2d(inputs[0], {border, border, border, border});
  return at::conv2d(mirrored, filter.expand({channels, 1, -1, -1}), {}, stride, at::IntArrayRef{0}, 1, channels);
}

Tensor AdaptiveAvgPool::forward(const std::vector<Tensor>& inputs) const {
  return detail::on_maps(inputs[0], [&](const Tensor& maps) {
    return at::adaptive_avg_pool2d(maps, {rows ? rows : maps.size(2), columns ? columns : maps.size(3)});
  });
}

Tensor Pad::forward(const std::vector<Tensor>& inputs) const {
  return detail::on_maps(inputs[0], [&](const Tensor& maps) {
    return at::constant_pad_nd(maps, {left, right, top, bottom}, value);
  });
}

Tensor PadChannels::forward(const std::vector<Tensor>& inputs) const {
  auto y = inputs[0];
  for (int64_t i = 2; i < y.dim() && stride > 1; ++i) y = y.slice(i, 0, std::nullopt, stride);
  std::vector<int64_t> sides(static_cast<size_t>(2 * (y.dim() - 2)), 0);  // last dimension first
  sides.insert(sides.end(), {before, after});
  return at::constant_pad_nd(y, sides);
}

Tensor Flatten::forward(const std::vector<Tensor>& inputs) const { return inputs[0].flatten(1, end); }

Tensor Unflatten::forward(const std::vector<Tensor>& inputs) const { return inputs[0].unflatten(dimension, sizes); }

Tensor PixelShuffle::forward(const std::vector<Tensor>& inputs) const { return at::pixel_shuffle(inputs[0], factor); }

}  // namespace reszoo::ops
