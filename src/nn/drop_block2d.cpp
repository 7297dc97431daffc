#include "reszoo/nn/drop_block2d.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool2d.h>
#include <torch/types.h>

#include "reszoo/base/error.h"

namespace reszoo {

DropBlock2dImpl::DropBlock2dImpl(const DropBlock2dOptions& options_) : options(options_) {
  if (!(options.probability >= 0 && options.probability < 1) || options.block_size < 1)
    fail(ErrorKind::usage,
         "DropBlock2d: probability must be in [0, 1) and block_size positive, got probability={}, block_size={}",
         options.probability, options.block_size);
}

Tensor DropBlock2dImpl::forward(const Tensor& x) {
  if (!is_training() || options.probability == 0) return x;
  const torch::NoGradGuard no_grad_for_the_mask;
  const auto height = x.size(2), width = x.size(3);
  const auto rows = std::min(options.block_size, height), columns = std::min(options.block_size, width);
  const double places = static_cast<double>((height - rows + 1) * (width - columns + 1));
  const double rate = options.scale * options.probability * static_cast<double>(height * width) /
                      static_cast<double>(rows * columns) / places;
  const auto centres = at::empty({x.size(0), 1, height, width}, x.options()).bernoulli_(std::min(rate, 1.0));
  // With an even block size the pooled feature map is one pixel too large.
  const auto squares = at::max_pool2d(centres, {rows, columns}, 1, {rows / 2, columns / 2})
                           .slice(2, (rows + 1) % 2)
                           .slice(3, (columns + 1) % 2);
  const auto kept = 1 - squares;
  const auto scale = static_cast<double>(kept.numel()) / (kept.sum() + 1e-7);
  const auto mask = kept * scale;
  const torch::AutoGradMode grad_of_the_product(true);
  return x * mask;
}

void DropBlock2dImpl::pretty_print(std::ostream& stream) const {
  stream << "DropBlock2d(" << options.probability << ", block_size=" << options.block_size << ")";
}

}  // namespace reszoo
