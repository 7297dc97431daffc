#include "column_study.h"

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo {
namespace {

/// Returns whether numbers could be thousands with a point, such as 1.234, that were taken for decimals.
bool may_be_thousands(const Tensor& numbers) {
  const auto values = numbers.masked_select(numbers.isfinite());
  const auto thousandths = values * 1000;
  const auto small = (values.abs() < 1) & (values != 0);  // 0.123 is no thousand
  return values.numel() > 0 && (values != values.floor()).any().item<bool>() &&
         ((thousandths - thousandths.round()).abs() < 1e-6).all().item<bool>() &&
         (values.abs() < 1000).all().item<bool>() && !small.any().item<bool>();
}

}  // namespace

bool is_in(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

ColumnStudy study_of(const Column& column, const TableNotation& known) {
  ColumnStudy study{column};
  for (auto& counted : counted_words(column)) {
    if (is_in(known.missing, counted.word)) continue;
    if (is_missing_word(counted.word)) study.missing.push_back(std::move(counted));
    else if (is_zero_date(counted.word)) study.zero_dates.push_back(std::move(counted));
    else study.words.push_back(std::move(counted));
  }
  study.number = study.zero_dates.empty() ? fit_numbers(study.words, known) : NumberFit{};
  study.date = fit_dates(study.words, known);
  return study;
}

void note_points_beside_commas(const Frame& table, ColumnReadings& readings) {
  const auto has_comma = [](const auto& item) { return item.second.notation.decimal == ','; };
  if (std::none_of(readings.begin(), readings.end(), has_comma)) return;
  for (auto& [name, reading] : readings) {
    if (reading.kind != ColumnKind::number || reading.notation != NumberNotation{}) continue;
    const auto& column = table.at(name);
    if (column.date || !may_be_thousands(read_column(column, reading, table).numbers)) continue;
    reading.note += fmt::format(
        "{}column \"{}\" has decimal points and others have decimal commas; --decimal , reads 1.234 as 1234",
        reading.note.empty() ? "" : "; ", name);
  }
}

}  // namespace reszoo
