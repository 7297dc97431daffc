// Memory for packed weights.
#pragma once
#include <cstddef>
#include <memory>

namespace reszoo {

/// Returns new memory of `size` bytes, aligned to a cache line. Weights lie side by side on huge pages, where the
/// system has them: at a batch of one image they are all read once, and the addresses of small pages take about 4 % of
/// the time.
std::shared_ptr<void> packed_memory(size_t size);

}  // namespace reszoo
