#include "step_memory.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace reszoo::detail {
namespace {

constexpr size_t kHugePage = 2 << 20;
constexpr size_t kSmall = kHugePage / 2;  // bytes; the allocator of LibTorch keeps smaller blocks itself

size_t rounded(size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

}  // namespace

StepMemory::~StepMemory() {
  for (const auto& [bytes, block] : free_) std::free(block.data);
}

Tensor StepMemory::empty(at::IntArrayRef sizes, at::ScalarType type) {
  const auto format = sizes.size() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  const auto bytes = static_cast<size_t>(c10::multiply_integers(sizes)) * c10::elementSize(type);
  if (bytes < kSmall) return at::empty(sizes, at::TensorOptions(type).memory_format(format));
  size_t taken = 0;
  auto* data = take(bytes, &taken);
  const auto memory = c10::intrusive_ptr<StepMemory>::reclaim_copy(this);
  const auto give_back = [memory, taken](void* freed) { memory->give(freed, taken); };
  if (format == at::MemoryFormat::Contiguous) return at::from_blob(data, sizes, give_back, type);
  const auto channels = sizes[1], columns = sizes[3];
  return at::from_blob(data, sizes, {sizes[2] * columns * channels, 1, columns * channels, channels}, give_back, type);
}

void* StepMemory::take(size_t bytes, size_t* taken) {
  *taken = rounded(bytes);
  {
    const std::lock_guard lock(mutex_);
    const auto block = free_.lower_bound(*taken);
    if (block != free_.end() && block->first <= *taken + *taken / 4) {
      *taken = block->first;
      auto* data = block->second.data;
      free_.erase(block);
      return data;
    }
  }
  auto* data = std::aligned_alloc(kHugePage, *taken);
  if (!data) throw std::bad_alloc();
#ifdef __linux__
  madvise(data, *taken, MADV_HUGEPAGE);
#endif
  return data;
}

void StepMemory::give(void* data, size_t bytes) {
  const std::lock_guard lock(mutex_);
  free_.emplace(bytes, Block{data, step_});
}

void StepMemory::begin_step() {
  const std::lock_guard lock(mutex_);
  for (auto block = free_.begin(); block != free_.end();) {
    if (block->second.step == step_) {
      ++block;
      continue;
    }
    std::free(block->second.data);
    block = free_.erase(block);
  }
  ++step_;
}

}  // namespace reszoo::detail
