#include "fusion/onednn.h"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/from_blob.h>

#include <cstring>

namespace reszoo::detail {
namespace {

using at::Tensor;
using Sizes = std::vector<int64_t>;
using Scalars = c10::List<std::optional<at::Scalar>>;
using Pointwise = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&, at::IntArrayRef, at::IntArrayRef,
                         at::IntArrayRef, int64_t, std::string_view, Scalars, std::optional<std::string_view>);
using PointwiseAdd = Tensor&(Tensor&, const Tensor&, const Tensor&, const std::optional<Tensor>&, at::IntArrayRef,
                             at::IntArrayRef, at::IntArrayRef, int64_t, std::string_view, std::optional<at::Scalar>,
                             std::optional<std::string_view>, Scalars, std::optional<std::string_view>);

std::optional<c10::OperatorHandle> find(const char* name, const char* overload) {
  return c10::Dispatcher::singleton().findSchema({name, overload});
}

struct Operators {
  std::optional<c10::OperatorHandle> reorder = find("mkldnn::_reorder_convolution_weight", "");
  std::optional<c10::OperatorHandle> pointwise = find("mkldnn::_convolution_pointwise", "");
  std::optional<c10::OperatorHandle> add = find("mkldnn::_convolution_pointwise_", "binary");
};

const Operators& operators() {
  static const Operators found;
  return found;
}

/// Returns channels-last memory as LibTorch sees it: (N, C, H, W) with channels-last strides.
Tensor maps(const float* data, int64_t images, int64_t channels, int64_t rows, int64_t columns) {
  return at::from_blob(const_cast<float*>(data), {images, channels, rows, columns},
                       {rows * columns * channels, 1, columns * channels, channels}, at::kFloat);
}

struct Geometry {
  Sizes stride, padding, dilation;
  explicit Geometry(const kernels::ConvShape& s)
      : stride{s.stride_rows, s.stride_columns},
        padding{s.padding_rows, s.padding_columns},
        dilation{s.dilation_rows, s.dilation_columns} {}
};

}  // namespace

bool has_onednn() {
  static const bool has =
      at::globalContext().hasMKLDNN() && operators().reorder && operators().pointwise && operators().add;
  return has;
}

Tensor pack_onednn(const Tensor& weight, const kernels::ConvShape& s) {
  const Geometry geometry(s);
  torch::jit::Stack stack{
      weight.contiguous(at::MemoryFormat::ChannelsLast), geometry.padding, geometry.stride, geometry.dilation, s.groups,
      Sizes{s.images, s.channels, s.rows, s.columns}};
  operators().reorder->callBoxed(stack);
  return stack.front().toTensor();
}

void conv_onednn(const float* x, const Tensor& packed, const Tensor& bias, const kernels::ConvShape& s,
                 const float* residual, bool relu, float* y) {
  static const auto pointwise = operators().pointwise->typed<Pointwise>();
  static const auto add = operators().add->typed<PointwiseAdd>();
  const Geometry geometry(s);
  const std::optional<Tensor> offsets = bias.defined() ? std::optional(bias) : std::nullopt;
  const auto input = maps(x, s.images, s.channels, s.rows, s.columns);
  const auto size = static_cast<size_t>(s.pixels() * s.outputs) * sizeof(float);
  if (residual) {
    if (residual != y) std::memcpy(y, residual, size);
    auto sum = maps(y, s.images, s.outputs, s.rows_out, s.columns_out);
    add.call(sum, input, packed, offsets, geometry.padding, geometry.stride, geometry.dilation, s.groups, "add",
             at::Scalar(1.0), relu ? std::optional<std::string_view>("relu") : std::nullopt, Scalars(), std::nullopt);
    if (sum.const_data_ptr<float>() != y) std::memcpy(y, sum.const_data_ptr<float>(), size);
    return;
  }
  const auto result = pointwise
                          .call(input, packed, offsets, geometry.padding, geometry.stride, geometry.dilation, s.groups,
                                relu ? "relu" : "none", Scalars(), std::nullopt)
                          .contiguous(at::MemoryFormat::ChannelsLast);
  std::memcpy(y, result.const_data_ptr<float>(), size);
}

}  // namespace reszoo::detail
