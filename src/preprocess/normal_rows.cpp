#include "normal_rows.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reszoo::detail {
namespace {

constexpr int64_t kNormalBlock = 1 << 16;  // numbers of a block
constexpr int64_t kNormalGroup = 16;       // numbers that LibTorch makes at once, two from two uniform ones

/// Box and Muller's method: the first half of a group are radii, the second half are angles.
void make_normal(double* group) {
  for (int64_t i = 0; i < kNormalGroup / 2; ++i) {
    const double radius = std::sqrt(-2 * std::log(1 - group[i]));
    const double angle = 2 * std::numbers::pi * group[i + kNormalGroup / 2];
    group[i] = radius * std::cos(angle);
    group[i + kNormalGroup / 2] = radius * std::sin(angle);
  }
}

}  // namespace

NormalRows::NormalRows(int64_t rows, int64_t columns, uint64_t seed)
    : rows_(rows),
      columns_(columns),
      block_(std::max(kNormalBlock / columns / kNormalGroup, int64_t{1}) * kNormalGroup),
      generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

std::optional<NormalRows::Block> NormalRows::next() {
  std::unique_lock lock(mutex_);
  if (place_ == rows_) return std::nullopt;
  Block block{.begin = place_, .values = {}};
  // LibTorch draws the last numbers anew if the last group is not full.
  const bool last = place_ + 2 * block_ > rows_;
  const auto rows = last ? rows_ - place_ : block_;
  place_ += rows;
  if (last) {
    block.values = torch::randn({rows, columns_}, generator_, torch::kFloat64);
    return block;
  }
  block.values = torch::empty({rows, columns_}, torch::kFloat64);
  draw_uniform(block.values);
  lock.unlock();
  auto* value = block.values.mutable_data_ptr<double>();
  for (int64_t i = 0; i < block.values.numel(); i += kNormalGroup) make_normal(value + i);
  return block;
}

void NormalRows::draw_uniform(const at::Tensor& values) {
  constexpr uint64_t mantissa = (uint64_t{1} << 53) - 1;
  auto* generator = at::check_generator<at::CPUGeneratorImpl>(generator_);
  auto* value = values.mutable_data_ptr<double>();
  for (int64_t i = 0; i < values.numel(); ++i)
    value[i] = static_cast<double>(generator->random64() & mantissa) * 0x1p-53;
}

}  // namespace reszoo::detail
