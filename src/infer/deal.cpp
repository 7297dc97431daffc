#include "infer/deal.h"

#include <algorithm>
#include <atomic>

#include "reszoo/base/parallel.h"

namespace reszoo::detail {
namespace {

/// Parts that things are cut into for each thread.
constexpr int64_t kParts = 4;

/// Numbers that a thread is not worth starting for.
constexpr int64_t kFew = 1 << 14;

}  // namespace

void deal(int64_t threads, int64_t parts, const std::function<void(int64_t thread, int64_t part)>& work) {
  std::atomic<int64_t> next{0};
  const auto take = [&](int64_t thread) {
    for (int64_t part; (part = next.fetch_add(1, std::memory_order_relaxed)) < parts;) work(thread, part);
  };
  if (threads <= 1 || parts <= 1)
    take(0);
  else
    parallel(std::min(threads, parts), take);
}

void deal_out(int64_t threads, int64_t count, const Work& work) {
  const auto parts = threads <= 1 ? std::min<int64_t>(count, 1) : std::min(count, threads * kParts);
  deal(threads, parts, [&](int64_t, int64_t part) { work(count * part / parts, count * (part + 1) / parts); });
}

void deal_out_numbers(int64_t threads, int64_t count, int64_t numbers, const Work& work) {
  deal_out(numbers < kFew ? 1 : threads, count, work);
}

}  // namespace reszoo::detail
