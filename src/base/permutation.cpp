#include "reszoo/base/permutation.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "reszoo/base/random.h"

namespace reszoo {
at::Tensor permutation(int64_t rows, uint64_t seed, int64_t stream) {
  auto generator =
      at::make_generator<at::CPUGeneratorImpl>(splitmix64(splitmix64(seed) + static_cast<uint64_t>(stream)));
  return at::randperm(rows, generator, at::TensorOptions().dtype(at::kLong));
}

at::Tensor random_sample(int64_t rows, int64_t count, uint64_t seed, int64_t stream) {
  if (count >= rows) return at::arange(rows, at::kLong);
  auto chosen = at::empty({count}, at::kLong);
  auto* next = chosen.mutable_data_ptr<int64_t>();
  Random random(seed, stream);
  for (int64_t row = 0, left = count; left > 0; ++row) {
    if (random.uniform() * static_cast<double>(rows - row) >= static_cast<double>(left)) continue;
    *next++ = row;
    --left;
  }
  return chosen;
}

}  // namespace reszoo
