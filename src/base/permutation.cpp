#include "reszoo/base/permutation.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

namespace reszoo {
namespace {

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the
/// result depends on every bit of `x`.
uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

at::Tensor permutation(int64_t rows, uint64_t seed, int64_t stream) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(mix(mix(seed) + static_cast<uint64_t>(stream)));
  return at::randperm(rows, generator, at::TensorOptions().dtype(at::kLong));
}

}  // namespace reszoo
