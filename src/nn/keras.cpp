#include "reszoo/nn/keras.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/activation.h>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

constexpr double kKerasEpsilon = 1e-3;
constexpr double kKerasMomentum = 0.01;  // as defined by LibTorch: the weight of the new value

/// Returns the number of pixels that padding "same" adds in one dimension.
int64_t same_padding(int64_t size, int64_t kernel, int64_t stride) {
  const int64_t out = (size + stride - 1) / stride;
  return std::max<int64_t>(0, (out - 1) * stride + kernel - size);
}

}  // namespace

KerasConv2dImpl::KerasConv2dImpl(const KerasConv2dOptions& options_) : options(options_) {
  if (options.in < 1 || options.out < 1 || options.kernel < 1 || options.stride < 1)
    fail(ErrorKind::usage,
         "KerasConv2d: in, out, kernel and stride must be positive, got in={}, out={}, kernel={}, stride={}",
         options.in, options.out, options.kernel, options.stride);
  reset();
}

void KerasConv2dImpl::reset() {
  weight = register_parameter("weight", torch::empty({options.out, options.in, options.kernel, options.kernel}));
  bias = register_parameter("bias", torch::zeros({options.out}));
  nn::init::xavier_uniform_(weight);
}

Tensor KerasConv2dImpl::forward(const Tensor& x) {
  const auto rows = same_padding(x.size(2), options.kernel, options.stride);
  const auto columns = same_padding(x.size(3), options.kernel, options.stride);
  const auto padded = torch::constant_pad_nd(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
  return torch::conv2d(padded, weight, bias, options.stride);
}

void KerasConv2dImpl::pretty_print(std::ostream& stream) const {
  stream << "KerasConv2d(" << options.in << ", " << options.out << ", kernel=" << options.kernel
         << ", stride=" << options.stride << ")";
}

void KerasBatchNorm2dImpl::reset() {
  weight = register_parameter("weight", torch::ones({width_}));
  bias = register_parameter("bias", torch::zeros({width_}));
  running_mean = register_buffer("running_mean", torch::zeros({width_}));
  running_var = register_buffer("running_var", torch::ones({width_}));
}

Tensor KerasBatchNorm2dImpl::forward(const Tensor& x) {
  if (is_training()) {
    torch::NoGradGuard no_grad;
    const auto [var, mean] = torch::var_mean(x, {0, 2, 3}, /*unbiased=*/false);
    running_mean.lerp_(mean, kKerasMomentum);
    running_var.lerp_(var, kKerasMomentum);
  }
  // Without running statistics the operator uses those of the batch.
  const Tensor none;
  const bool training = is_training();
  return torch::batch_norm(x, weight, bias, training ? none : running_mean, training ? none : running_var, training,
                           kKerasMomentum, kKerasEpsilon, /*cudnn_enabled=*/true);
}

void KerasBatchNorm2dImpl::pretty_print(std::ostream& stream) const { stream << "KerasBatchNorm2d(" << width_ << ")"; }

ResidualBlock keras_residual_block(int64_t in, int64_t filters, bool downsample, int64_t kernel_size) {
  if (!downsample && in != filters)
    fail(ErrorKind::usage, "keras_residual_block: without downsampling in must equal filters, got in={}, filters={}",
         in, filters);
  const int64_t stride = downsample ? 2 : 1;
  Slots slots;
  slots.branch = {
      {"conv1", KerasConv2d(KerasConv2dOptions{.in = in, .out = filters, .kernel = kernel_size, .stride = stride})},
      {"relu1", nn::ReLU()},
      {"bn1", KerasBatchNorm2d(filters)},
      {"conv2", KerasConv2d(KerasConv2dOptions{.in = filters, .out = filters, .kernel = kernel_size})},
  };
  slots.exit = {{"relu2", nn::ReLU()}, {"bn2", KerasBatchNorm2d(filters)}};
  slots.shortcut = {"projection", IdentityShortcut()};
  if (downsample)
    slots.shortcut = {"projection",
                      KerasConv2d(KerasConv2dOptions{.in = in, .out = filters, .kernel = 1, .stride = 2})};
  return ResidualBlock(std::move(slots));
}

}  // namespace reszoo
