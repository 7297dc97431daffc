#include "reszoo/preprocess/dates.h"

#include <torch/types.h>

#include <algorithm>

namespace reszoo {

bool holds_dates(const Column& column) {
  if (column.kind == Column::Kind::number) return column.date;
  return !column.words.empty() && std::all_of(column.words.begin(), column.words.end(),
                                              [](const auto& word) { return date_in(word).has_value(); });
}

Column as_dates(const Column& column, int64_t first_row) {
  Column dates{column.name, Column::Kind::number, column.numbers, {}, {}, true};
  if (column.kind == Column::Kind::number) return dates;
  const auto read = [](std::string_view word) { return date_in(word); };
  dates.numbers = numbers_of_words(column, read, "must hold dates", first_row);
  return dates;
}

Tensor part_of(const Tensor& days, DatePart part) {
  if (part == DatePart::days) return days;
  const auto dense = days.contiguous();
  const auto* day = dense.const_data_ptr<double>();
  auto parts = torch::empty(dense.sizes(), torch::kFloat64);
  std::transform(day, day + dense.numel(), parts.mutable_data_ptr<double>(),
                 [&](double one) { return part_of(one, part); });
  return parts;
}

}  // namespace reszoo
