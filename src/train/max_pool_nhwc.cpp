#include "max_pool_nhwc.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/max_pool_gradient.h"
#include "kernels/parallel_ranges.h"
#include "reszoo/base/error.h"
#include "train/channels_last.h"
#include "train/stored_values.h"

namespace reszoo::detail {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

kernels::PoolShape pool_shape(const torch::nn::MaxPool2dImpl& pool, const Tensor& x) {
  const auto& o = pool.options;
  kernels::PoolShape s{.images = x.size(0),
                       .rows = x.size(2),
                       .columns = x.size(3),
                       .channels = x.size(1),
                       .rows_out = 0,
                       .columns_out = 0,
                       .kernel_rows = o.kernel_size()->at(0),
                       .kernel_columns = o.kernel_size()->at(1),
                       .stride_rows = o.stride()->at(0),
                       .stride_columns = o.stride()->at(1),
                       .padding_rows = o.padding()->at(0),
                       .padding_columns = o.padding()->at(1)};
  s.rows_out = (s.rows + 2 * s.padding_rows - s.kernel_rows) / s.stride_rows + 1;
  s.columns_out = (s.columns + 2 * s.padding_columns - s.kernel_columns) / s.stride_columns + 1;
  return s;
}

struct MaxPoolFunction : torch::autograd::Function<MaxPoolFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const kernels::PoolShape& s,
                        const StepMemoryPtr* memory) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto y = (*memory)->empty({s.images, s.channels, s.rows_out, s.columns_out}, x.scalar_type());
    const auto places = (*memory)->empty(y.sizes(), at::kByte);
    with_stored_type(x, [&](auto type) {
      using Value = decltype(type);
      kernels::parallel_ranges(at::get_num_threads(), s.images * s.rows_out, [&](int64_t first, int64_t end) {
        kernels::max_pool_kernels<Value>().forward(data_of<Value>(x), s, output_of<Value>(y),
                                                   output_of<uint8_t>(places), first, end);
      });
    });
    context->save_for_backward({places});
    context->saved_data["memory"] = c10::IValue::make_capsule(*memory);
    const auto sizes = {s.images,      s.rows,           s.columns,      s.channels,
                        s.rows_out,    s.columns_out,    s.kernel_rows,  s.kernel_columns,
                        s.stride_rows, s.stride_columns, s.padding_rows, s.padding_columns};
    context->saved_data["shape"] = std::vector<int64_t>(sizes);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (at::GradMode::is_enabled())
      fail(ErrorKind::usage, "max_pool: gradients of gradients are not computed; train with fast=false");
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto v = context->saved_data["shape"].toIntVector();
    const kernels::PoolShape s{v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11]};
    auto& memory = static_cast<StepMemory&>(*context->saved_data["memory"].toCapsule());
    const auto g = channels_last(gradients[0]), places = context->get_saved_variables()[0];
    const auto of_x = memory.empty({s.images, s.channels, s.rows, s.columns}, g.scalar_type());
    with_stored_type(g, [&](auto type) {
      using Value = decltype(type);
      kernels::parallel_ranges(at::get_num_threads(), s.images * s.rows, [&](int64_t first, int64_t end) {
        kernels::max_pool_kernels<Value>().backward(data_of<Value>(g), data_of<uint8_t>(places), s,
                                                    output_of<Value>(of_x), first, end);
      });
    });
    return {of_x, Tensor(), Tensor()};
  }
};

}  // namespace

bool is_fused_pool(const torch::nn::MaxPool2dImpl& pool, const Tensor& x) {
  const auto& o = pool.options;
  const auto rows = o.kernel_size()->at(0), columns = o.kernel_size()->at(1);
  const auto fits = [&](int side) {
    return o.dilation()->at(side) == 1 && 2 * o.padding()->at(side) <= o.kernel_size()->at(side) &&
           x.size(2 + side) + 2 * o.padding()->at(side) >= o.kernel_size()->at(side);
  };
  return !o.ceil_mode() && rows * columns <= 256 && fits(0) && fits(1) && is_stored_value(x);
}

Tensor max_pool_nhwc(const torch::nn::MaxPool2dImpl& pool, const Tensor& x, const StepMemoryPtr& memory) {
  const auto maps = channels_last(x);
  return MaxPoolFunction::apply(maps, pool_shape(pool, maps), &memory);
}

}  // namespace reszoo::detail
