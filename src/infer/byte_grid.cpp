#include "infer/byte_grid.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>

#include "infer/byte_kernels.h"
#include "infer/deal.h"

namespace reszoo::detail {
int64_t largest_byte() {
#if defined(__x86_64__)
  static const int64_t largest = __builtin_cpu_supports("avx512vnni") ? 255 : 127;
  return largest;
#else
  return 255;
#endif
}

ByteGrid ByteGrid::of(const ValueRange& range, int64_t largest) {
  const double least = std::min(range.min, 0.0f), most = std::max(range.max, 0.0f);
  const auto scale = most > least ? (most - least) / static_cast<double>(largest) : 1.0;
  return {scale, std::llround(-least / scale)};
}

at::Tensor to_bytes(const at::Tensor& real, const ByteGrid& grid) {
  const auto x = real.contiguous(at::MemoryFormat::ChannelsLast);
  auto bytes = at::empty_like(x, at::kByte);
  const auto* from = x.const_data_ptr<float>();
  auto* to = bytes.mutable_data_ptr<uint8_t>();
  deal_out_numbers(at::get_num_threads(), x.numel(), x.numel(), [&](int64_t first, int64_t end) {
    map_to_bytes(from + first, static_cast<float>(1 / grid.scale), static_cast<float>(grid.zero),
                 static_cast<uint8_t>(largest_byte()), to + first, end - first);
  });
  return bytes;
}

at::Tensor to_real(const at::Tensor& bytes, const ByteGrid& grid) {
  return bytes.to(at::kFloat).sub_(grid.zero).mul_(grid.scale);
}

void limit(at::Tensor& bytes) {
  if (largest_byte() == 255) return;
  auto* data = bytes.mutable_data_ptr<uint8_t>();
  deal_out_numbers(at::get_num_threads(), bytes.numel(), bytes.numel(), [&](int64_t first, int64_t end) {
    limit_bytes(data + first, static_cast<uint8_t>(largest_byte()), end - first);
  });
}

}  // namespace reszoo::detail
