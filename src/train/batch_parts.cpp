#include "train/batch_parts.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace reszoo::detail {

Batch part_of(const Batch& batch, int64_t first, int64_t count) {
  auto part = batch;
  for (auto* tensor : {&part.inputs, &part.targets, &part.weights, &part.targets_b})
    if (tensor->defined()) *tensor = tensor->narrow(0, first, count);
  return part;
}

int64_t parts_of(int64_t rows, int64_t batch_size, const TrainerOptions& options) {
  const auto size = (batch_size + options.gradient_accumulation_steps - 1) / options.gradient_accumulation_steps;
  const auto parts = std::min((rows + size - 1) / size, options.gradient_accumulation_steps);
  return size == 1 ? parts : std::max<int64_t>(std::min(parts, rows / 2), 1);
}

double share_of(const Batch& part, const Batch& batch) {
  if (batch.weights.defined()) {
    const auto all = batch.weights.sum().item<double>();
    return all > 0 ? part.weights.sum().item<double>() / all : 0;
  }
  return static_cast<double>(part.targets.size(0)) / static_cast<double>(batch.targets.size(0));
}

}  // namespace reszoo::detail
