#include "runtime/kept_blocks.h"

#include <algorithm>

#include "kernels/parallel_ranges.h"

namespace reszoo::detail {
namespace {

constexpr int64_t kBlockValues = 2048;

}  // namespace

void for_each_float_block(const KernelCall& call, const std::vector<kernels::StoredAs>& reads,
                          const kernels::StoredAs& writes, int64_t values, int64_t unit,
                          const std::function<void(int64_t first, int64_t count, const FloatBlock& block)>& work) {
  const auto units = values / unit, of_block = std::max<int64_t>(1, kBlockValues / unit);
  kernels::parallel_ranges(call.threads, units, values, [&](int64_t from, int64_t to) {
    std::vector<std::vector<float>> buffers(reads.size() + 1, std::vector<float>(static_cast<size_t>(of_block * unit)));
    FloatBlock block{{}, buffers.back().data()};
    for (size_t i = 0; i < reads.size(); ++i) block.inputs.push_back(buffers[i].data());
    for (; from < to; from += of_block) {
      const auto first = from * unit, count = (std::min(from + of_block, to) - from) * unit;
      for (size_t i = 0; i < reads.size(); ++i)
        kernels::convert_stored(reinterpret_cast<const uint8_t*>(call.inputs[i]) + first * reads[i].bytes(), reads[i],
                                buffers[i].data(), {}, count);
      work(first, count, block);
      kernels::convert_stored(block.y, {}, reinterpret_cast<uint8_t*>(call.y) + first * writes.bytes(), writes, count);
    }
  });
}

}  // namespace reszoo::detail
