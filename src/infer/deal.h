/// Work that is cut into parts, of which each thread takes the next when it is done.
#pragma once
#include <cstdint>
#include <functional>

namespace reszoo::detail {

/// Calls `work(thread, part)` for every part. A core that others keep busy does fewer of them.
void deal(int64_t threads, int64_t parts, const std::function<void(int64_t thread, int64_t part)>& work);

/// Cuts `count` things into parts, some for each thread, and calls `work(first, end)` for each.
void deal_out(int64_t threads, int64_t count, const std::function<void(int64_t first, int64_t end)>& work);

}  // namespace reszoo::detail
