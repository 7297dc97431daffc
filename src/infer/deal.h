/// Work that is cut into parts, of which each thread takes the next when it is done.
#pragma once
#include <cstdint>
#include <functional>

namespace reszoo::detail {

/// Calls `work(thread, part)` for every part. A core that others keep busy does fewer of them.
void deal(int64_t threads, int64_t parts, const std::function<void(int64_t thread, int64_t part)>& work);

/// Cuts `count` things into parts, some for each thread, and calls `work(first, end)` for each.
using Work = std::function<void(int64_t first, int64_t end)>;
void deal_out(int64_t threads, int64_t count, const Work& work);

/// The same for things that are `numbers` large together and only looked at once: few are worth no second thread.
void deal_out_numbers(int64_t threads, int64_t count, int64_t numbers, const Work& work);

}  // namespace reszoo::detail
