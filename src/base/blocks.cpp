#include "reszoo/base/blocks.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "reszoo/base/parallel.h"
#include "reszoo/base/spilled.h"

namespace reszoo {
namespace {

int64_t count_of(const Tensor& truths) { return truths.sum().item<int64_t>(); }

/// Fills a result (rows, ...) by blocks.
Tensor filled_by_blocks(std::vector<int64_t> sizes, at::ScalarType type, int64_t most,
                        const std::vector<Tensor>& sources,
                        const std::function<Tensor(int64_t begin, int64_t count)>& block) {
  auto all = room_for(sizes, type, most);
  const auto behind = [&] {
    release_pages(all);
    for (const auto& source : sources) release_pages(source);
  };
  for_blocks(
      sizes.front(), [&](int64_t begin, int64_t count) { all.narrow(0, begin, count).copy_(block(begin, count)); },
      behind);
  return all;
}

bool is_small(at::IntArrayRef sizes, at::ScalarType type, int64_t most) {
  return c10::multiply_integers(sizes) * static_cast<int64_t>(c10::elementSize(type)) <= most;
}

}  // namespace

void for_blocks(int64_t rows, const std::function<void(int64_t begin, int64_t count)>& work,
                const std::function<void()>& behind, int64_t block) {
  const auto step = block * std::max(at::get_num_threads(), 1);
  for (int64_t first = 0; first < rows; first += step) {
    const auto end = std::min(first + step, rows);
    parallel((end - first + block - 1) / block, [&](int64_t task) {
      const auto begin = first + task * block;
      work(begin, std::min(block, end - begin));
    });
    if (behind) behind();
  }
}

FoundRows find_rows(const Tensor& values, const std::function<Tensor(const Tensor&)>& holds) {
  const auto blocks = (values.size(0) + kBlockRows - 1) / kBlockRows;
  std::vector<FoundRows> each(static_cast<size_t>(blocks));
  for_blocks(
      values.size(0),
      [&](int64_t begin, int64_t count) {
        const auto here = holds(values.narrow(0, begin, count));
        auto& found = each[static_cast<size_t>(begin / kBlockRows)];
        found.count = count_of(here);
        if (found.count > 0) found.first = begin + here.nonzero()[0].item<int64_t>();
      },
      [&] { release_pages(values); });
  FoundRows all;
  for (const auto& found : each) {
    if (all.count == 0) all.first = found.first;
    all.count += found.count;
  }
  return all;
}

bool has_row(const Tensor& values, const std::function<Tensor(const Tensor&)>& holds) {
  bool found = false;
  for (int64_t begin = 0; !found && begin < values.size(0); begin += kBlockRows) {
    found = holds(values.narrow(0, begin, std::min(kBlockRows, values.size(0) - begin))).any().item<bool>();
    if (begin / kBlockRows % 8 == 7) release_pages(values);
  }
  return found;
}

Tensor selected_rows(const Tensor& values, const Tensor& rows, int64_t most) {
  auto sizes = values.sizes().vec();
  sizes.front() = rows.size(0);
  // Few rows may touch every page of a mapped file.
  if (is_small(sizes, values.scalar_type(), most) && !is_spilled(values)) return values.index_select(0, rows);
  return filled_by_blocks(
      std::move(sizes), values.scalar_type(), most, {values, rows},
      [&](int64_t begin, int64_t count) { return values.index_select(0, rows.narrow(0, begin, count)); });
}

Tensor looked_up(const Tensor& words, const Tensor& codes, int64_t most) {
  if (is_small(codes.sizes(), words.scalar_type(), most)) return words.index({codes});
  return filled_by_blocks(codes.sizes().vec(), words.scalar_type(), most, {codes},
                          [&](int64_t begin, int64_t count) { return words.index({codes.narrow(0, begin, count)}); });
}

Tensor converted(const Tensor& values, at::ScalarType type, const std::function<Tensor(const Tensor&)>& convert,
                 int64_t most) {
  if (is_small(values.sizes(), type, most)) return convert(values).to(type);
  return filled_by_blocks(values.sizes().vec(), type, most, {values},
                          [&](int64_t begin, int64_t count) { return convert(values.narrow(0, begin, count)); });
}

}  // namespace reszoo
