#include "windowed_order.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/permutation.h"
#include "reszoo/base/random.h"
#include "reszoo/base/spilled.h"

namespace reszoo::detail {
namespace {

// Permutations of a seed: that of the blocks, and from there on those of the windows.
constexpr int64_t kBlockStream = 0, kWindowStream = 1;

}  // namespace

WindowedOrder::WindowedOrder(int64_t rows, int64_t window, uint64_t seed, int64_t epoch, std::vector<Tensor> data,
                             int64_t block)
    : rows_(rows),
      block_(std::min(block, window)),
      blocks_in_window_(window / block_),
      seed_(splitmix64(splitmix64(seed) + static_cast<uint64_t>(epoch))),
      data_(std::move(data)),
      blocks_(permutation((rows + block_ - 1) / block_, seed_, kBlockStream)),
      short_place_((blocks_ == blocks_.size(0) - 1).nonzero().item<int64_t>()) {}

int64_t WindowedOrder::windows() const { return (blocks_.size(0) + blocks_in_window_ - 1) / blocks_in_window_; }

int64_t WindowedOrder::size_of_block(int64_t block) const { return std::min(block_, rows_ - block * block_); }

std::pair<int64_t, int64_t> WindowedOrder::blocks_of(int64_t window) const {
  const auto first = window * blocks_in_window_;
  return {first, std::min(blocks_in_window_, blocks_.size(0) - first)};
}

int64_t WindowedOrder::start_of(int64_t window) const {
  if (window == windows()) return rows_;
  const auto place = window * blocks_in_window_;
  const auto lacking = block_ - size_of_block(blocks_.size(0) - 1);
  return place * block_ - (short_place_ < place ? lacking : 0);
}

/// Asks for the pages of a window.
void WindowedOrder::want(int64_t window) const {
  const auto [first, count] = blocks_of(window);
  for (auto place = first; place < first + count; ++place) {
    const auto block = blocks_[place].item<int64_t>();
    for (const auto& tensor : data_) want_rows(tensor, block * block_, size_of_block(block));
  }
}

void WindowedOrder::open(int64_t window) {
  for (const auto& tensor : data_) release_pages(tensor);
  if (window != window_ + 1 || window == 0) want(window);
  if (window + 1 < windows()) want(window + 1);
  const auto [first, count] = blocks_of(window);
  std::vector<Tensor> rows;
  for (auto place = first; place < first + count; ++place) {
    const auto block = blocks_[place].item<int64_t>();
    rows.push_back(at::arange(block * block_, block * block_ + size_of_block(block), at::kLong));
  }
  const auto all = at::cat(rows);
  order_ = all.index_select(0, permutation(all.size(0), seed_, kWindowStream + window));
  window_ = window;
}

Tensor WindowedOrder::rows(int64_t first, int64_t count) {
  std::vector<Tensor> parts;
  while (count > 0) {
    // The window of a place: blocks are full but one, so that it is this one or the next.
    auto window = std::min(first / (blocks_in_window_ * block_), windows() - 1);
    if (start_of(window + 1) <= first) ++window;
    if (window != window_) open(window);
    const auto place = first - start_of(window), here = std::min(count, order_.size(0) - place);
    parts.push_back(order_.narrow(0, place, here));
    first += here;
    count -= here;
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts);
}

}  // namespace reszoo::detail
