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

}  // namespace reszoo
