#include "train/step_buffers.h"

#include <ATen/ATen.h>

namespace reszoo::detail {

StepBuffers::StepBuffers(const torch::nn::Module& module) : all_(module.buffers()) {
  for (const auto& buffer : all_) {
    before_.push_back(at::empty_like(buffer));
    if (!buffer.is_floating_point() && buffer.scalar_type() != at::kLong) continue;
    changing_.push_back(buffer);
    changing_before_.push_back(before_.back());
  }
}

void StepBuffers::remember() {
  const at::NoGradGuard no_grad;
  if (!all_.empty()) at::_foreach_copy_(before_, all_);
}

void StepBuffers::restore() {
  const at::NoGradGuard no_grad;
  if (!all_.empty()) at::_foreach_copy_(all_, before_);
}

Tensor StepBuffers::changes(int64_t rows, const at::TensorOptions& options) const {
  const at::NoGradGuard no_grad;
  if (changing_.empty()) return at::zeros({0}, options);
  auto changes = at::_foreach_sub(changing_, changing_before_);
  for (auto& change : changes) change = change.flatten().to(options);
  return at::cat(changes).mul_(rows);
}

void StepBuffers::take(const Tensor& changes, int64_t rows) {
  if (changing_.empty()) return;
  const at::NoGradGuard no_grad;
  const auto means = changes / rows;
  std::vector<Tensor> parts;
  int64_t place = 0;
  for (const auto& buffer : changing_) {
    auto part = means.narrow(0, place, buffer.numel()).view(buffer.sizes());
    if (!buffer.is_floating_point()) part = part.round();
    parts.push_back(part.to(buffer.options()));
    place += buffer.numel();
  }
  at::_foreach_copy_(changing_, changing_before_);
  at::_foreach_add_(changing_, parts);
}

}  // namespace reszoo::detail
