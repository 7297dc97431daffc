#include "reszoo/report/column_profile.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "axis.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo {
namespace {

std::vector<int64_t> histogram_of(const Tensor& values, double low, double high, int64_t bins) {
  if (low == high) return {values.size(0)};
  const bool whole = values.eq(values.round()).all().item<bool>();
  if (whole && high - low < static_cast<double>(bins)) bins = static_cast<int64_t>(high - low) + 1;
  return page::Axis{low, high}.histogram(values, bins);
}

void add_numbers(ColumnProfile& profile, const Tensor& values, int64_t bins) {
  profile.different = std::get<0>(at::_unique2(values)).size(0);
  const auto finite = values.masked_select(values.isfinite());
  if (finite.size(0) == 0) return;
  profile.low = finite.min().item<double>();
  profile.middle = finite.median().item<double>();
  profile.high = finite.max().item<double>();
  profile.histogram = histogram_of(finite, profile.low, profile.high, bins);
}

void add_words(ColumnProfile& profile, const Column& column, const Tensor& codes, int64_t words) {
  const auto [different, unused, count] = at::_unique2(codes, true, false, /*return_counts=*/true);
  profile.different = different.size(0);
  const auto [rows, order] = count.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true);
  for (int64_t i = 0; i < std::min(words, profile.different); ++i) {
    const auto code = different[order[i].item<int64_t>()].item<int64_t>();
    profile.top.emplace_back(column.words[static_cast<size_t>(code)], rows[i].item<int64_t>());
  }
}

}  // namespace

ColumnProfile profile_of(const Column& given, int64_t bins, int64_t words) {
  const auto column = holds_dates(given) ? as_dates(given) : given;
  const bool numbers = column.kind == Column::Kind::number;
  ColumnProfile profile{.name = column.name,
                        .kind = column.date ? "date"
                                : numbers   ? "number"
                                            : "category",
                        .rows = column.size()};
  const auto missing = column.missing();
  profile.missing = missing.sum().item<int64_t>();
  if (profile.missing == profile.rows) return profile;
  const auto& values = numbers ? column.numbers : column.codes;
  const auto present = values.masked_select(missing.logical_not());
  if (numbers) add_numbers(profile, present, bins);
  else add_words(profile, column, present, words);
  return profile;
}

}  // namespace reszoo
