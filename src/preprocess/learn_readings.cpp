// Learns what the columns of a training table are.
#include <algorithm>
#include <set>

#include "reading_notes.h"
#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/column_reading.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo {
namespace {

/// Learns the columns of one table.
class Learner {
 public:
  Learner(const Frame& table, const LearnOptions& options) : table_(table), options_(options) {
    if (!table.notation.date_format.empty()) check_date_format(table.notation.date_format);
    bool rivals = false;
    for (const auto& column : table.columns)
      if (!is_in(options.skip, column.name) && !is_in(options.categorical, column.name))
        rivals = look_at(column) || rivals;
    // What other columns tell is needed only then.
    for (const auto& column : table.columns)
      if (rivals && !studies_.contains(column.name) && !is_in(options.categorical, column.name)) look_at(column);
  }

  ColumnReading reading_of(const Column& column) {
    if (is_in(options_.categorical, column.name)) return {.kind = ColumnKind::category};
    const bool numeric = is_in(options_.numeric, column.name);
    if (column.kind == Column::Kind::text) return reading_of_text(column, numeric);
    ColumnReading reading{.kind = column.date && !numeric ? ColumnKind::date : ColumnKind::number};
    if (holds_days_as_digits(column) && !numeric)
      return {.kind = ColumnKind::date, .date_format = table_.notation.date_format};
    if (reading.kind == ColumnKind::number) reading.binary = is_binary(column.numbers);
    return reading;
  }

 private:
  /// Takes the evidence of a column on how this table writes numbers and dates. Returns whether it has two readings.
  bool look_at(const Column& column) {
    if (column.kind == Column::Kind::number) {
      const auto has_decimals = [](const Tensor& block) { return block.isfinite() & (block != block.floor()); };
      if (!column.date && has_row(column.numbers, has_decimals)) decimals_.insert('.');
      release_pages(column);
      return false;
    }
    const auto& study = studies_.emplace(column.name, study_of(column, table_.notation)).first->second;
    if (!study.number.rival && are_few(rows_of(study.number.others), rows_of(study.words)) && study.number.rows > 0 &&
        study.number.notation != NumberNotation{.unit = study.number.notation.unit})
      decimals_.insert(study.number.notation.decimal);
    if (!study.date.rival && study.date.rows > 0 && study.date.notation != "ymd" &&
        are_few(rows_of(study.date.others), rows_of(study.words)))
      orders_.insert(study.date.notation);
    return study.number.rival || study.date.rival;
  }

  /// Returns whether --date-format is for digits such as 20240229 and all numbers of the column are such dates.
  bool holds_days_as_digits(const Column& column) const {
    const auto& format = table_.notation.date_format;
    if (column.date || format.find('%') == std::string::npos) return false;
    const auto text = as_text(column);
    return !text.words.empty() && std::all_of(text.words.begin(), text.words.end(),
                                              [&](const auto& word) { return date_in(word, format).has_value(); });
  }

  static bool is_binary(const Tensor& numbers) {
    const auto other = [](const Tensor& block) { return ~(block.isnan() | (block == 0) | (block == 1)); };
    return !has_row(numbers, other) && has_row(numbers, [](const Tensor& block) { return ~block.isnan(); });
  }

  static bool is_binary(const ColumnStudy& study) {
    bool any = false;
    for (const auto& [word, rows] : study.words)
      if (const auto value = number_in(word, study.number.notation)) {
        if (*value != 0 && *value != 1) return false;
        any = true;
      }
    return any;
  }

  ColumnReading reading_of_text(const Column& column, bool numeric) {
    auto& study = studies_.at(column.name);
    settle(study);
    if (numeric) return reading_as(study, ColumnKind::number);
    const auto fit = better_fit(study);
    if (fit.all == 0) return {.kind = study.zero_dates.empty() ? ColumnKind::category : ColumnKind::date};
    const bool slips = are_few(fit.all - fit.rows, fit.all) && fit.different > kEnough;
    if (fit.rows < fit.all && !slips) return {.kind = ColumnKind::category, .note = note_on_category(study, fit)};
    const bool strict = is_in(options_.strict, column.name);
    if (strict && fit.rows < fit.all) refuse_slips(study, fit, table_.first_row, options_.may_drop);
    auto reading = reading_as(study, fit.kind);
    for (const auto& counted : fit.others) reading.missing.push_back(counted.word);
    std::vector<std::string> lines{reading.note, strict ? "" : note_on_missing(study),
                                   note_on_slips(study, fit, table_.first_row)};
    std::erase(lines, "");
    reading.note = fmt::format("{}", fmt::join(lines, "; "));
    return reading;
  }

  /// Settles rivals by what other columns of the table tell.
  void settle(ColumnStudy& study) const {
    auto& number = study.number;
    if (number.rival && decimals_.size() == 1) {
      auto known = table_.notation;
      known.decimal = *decimals_.begin();
      number = fit_numbers(study.words, known);
    }
    if (study.date.rival && orders_.size() == 1) {
      auto known = table_.notation;
      known.date_format = *orders_.begin();
      study.date = fit_dates(study.words, known);
    }
  }

  /// Reads a column as numbers or as dates, in the notation that its words fit.
  static ColumnReading reading_as(const ColumnStudy& study, ColumnKind kind) {
    refuse_two_readings(study, kind);
    ColumnReading reading{.kind = kind};
    std::string spelled;
    if (kind == ColumnKind::date) {
      reading.date_format = study.date.notation;
      if (reading.date_format != "ymd") spelled = fmt::format("as dates in the order {}", reading.date_format);
    } else {
      reading.notation = study.number.notation;
      reading.binary = is_binary(study);
      if (reading.notation != NumberNotation{}) spelled = "as numbers " + text_of(reading.notation);
    }
    if (!spelled.empty()) reading.note = fmt::format("column \"{}\" is read {}", study.column.name, spelled);
    return reading;
  }

  const Frame& table_;
  const LearnOptions& options_;
  std::map<std::string, ColumnStudy> studies_;
  std::set<char> decimals_;       ///< decimal points of columns that have one reading
  std::set<std::string> orders_;  ///< orders of dates of columns that have one reading
};

}  // namespace

ColumnReadings learn_readings(const Frame& table, const LearnOptions& options) {
  Learner learner(table, options);
  ColumnReadings readings;
  for (const auto& column : table.columns) {
    if (is_in(options.skip, column.name)) continue;
    auto reading = learner.reading_of(column);
    release_pages(column);
    reading.missing.insert(reading.missing.end(), table.notation.missing.begin(), table.notation.missing.end());
    readings[column.name] = std::move(reading);
  }
  note_points_beside_commas(table, readings);
  return readings;
}

}  // namespace reszoo
