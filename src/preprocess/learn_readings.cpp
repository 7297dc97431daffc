// Learns what the columns of a training table are.
#include <algorithm>
#include <cmath>
#include <set>

#include "column_study.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/column_reading.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

// Other words are accepted beside this many different numbers or dates; fewer may as well be names of classes.
constexpr int64_t kEnough = 20;
// Words named in a message.
constexpr size_t kNamed = 3;

int64_t first_row_of(const Column& column, const std::string& word) {
  const auto place = std::find(column.words.begin(), column.words.end(), word) - column.words.begin();
  return (column.codes == static_cast<int64_t>(place)).nonzero()[0].item<int64_t>();
}

std::string quoted(const CountedWords& words) {
  Names shown;
  for (const auto& [word, rows] : words) shown.push_back(fmt::format("\"{}\"", escaped(word)));
  return list(shown, kNamed);
}

/// The words as the value of --missing.
std::string as_option(const CountedWords& words) {
  Names shown;
  for (size_t i = 0; i < words.size() && i < kNamed; ++i) {
    const auto& word = words[i].word;
    shown.push_back(word.find(',') == std::string::npos ? word : "\"" + word + "\"");
  }
  return fmt::format("{}{}", fmt::join(shown, ","), words.size() > kNamed ? ",…" : "");
}

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
      if (!column.date && (column.numbers.isfinite() & (column.numbers != column.numbers.floor())).any().item<bool>())
        decimals_.insert('.');
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
    const auto present = numbers.masked_select(~numbers.isnan());
    return present.numel() > 0 && ((present == 0) | (present == 1)).all().item<bool>();
  }

  ColumnReading reading_of_text(const Column& column, bool numeric) {
    auto& study = studies_.at(column.name);
    settle(study);
    const auto all = rows_of(study.words);
    const bool strict = is_in(options_.strict, column.name);
    if (numeric) return number_of(study);
    if (all == 0) return {.kind = study.zero_dates.empty() ? ColumnKind::category : ColumnKind::date};
    const bool dates = study.date.rows > study.number.rows;
    const auto rows = dates ? study.date.rows : study.number.rows;
    const auto different = dates ? study.date.different : study.number.different;
    const auto& others = dates ? study.date.others : study.number.others;
    const bool slips = are_few(all - rows, all) && different > kEnough;
    if (rows == all || slips) {
      if (strict && rows < all) refuse_slips(study, others, rows, all, dates);
      auto reading = dates ? date_of(study) : number_of(study);
      add_note(reading, study, others, rows, all, strict);
      return reading;
    }
    ColumnReading reading{.kind = ColumnKind::category};
    if (2 * rows >= all && (different > kEnough || are_few(all - rows, all)))
      reading.note = fmt::format("column \"{}\" is a category: {} of {} rows hold {}, others {}; --missing {} reads {}",
                                 column.name, rows, all, dates ? "dates" : "numbers", quoted(others), as_option(others),
                                 dates ? "dates" : "numbers");
    else if (!study.number.obstacle.empty() && std::ssize(study.words) > kEnough)
      reading.note = fmt::format("column \"{}\" is a category: {}; --numeric-features reads it as numbers", column.name,
                                 study.number.obstacle);
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

  ColumnReading number_of(const ColumnStudy& study) const {
    const auto& fit = study.number;
    if (fit.rival)
      fail(ErrorKind::input,
           "column \"{}\": \"{}\" is {} or {}; --thousands , or --thousands . tells which, "
           "--categorical-features takes it as a word",
           study.column.name, fit.example, number_text(*number_in(fit.example, fit.notation)),
           number_text(*number_in(fit.example, *fit.rival)));
    ColumnReading reading{.kind = ColumnKind::number, .notation = fit.notation};
    const auto spelled = text_of(fit.notation);
    if (!spelled.empty()) reading.note = fmt::format("column \"{}\" is read as numbers {}", study.column.name, spelled);
    std::vector<double> values;
    for (const auto& [word, rows] : study.words)
      if (const auto value = number_in(word, fit.notation)) values.push_back(*value);
    reading.binary =
        !values.empty() && std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
    return reading;
  }

  ColumnReading date_of(const ColumnStudy& study) const {
    const auto& fit = study.date;
    if (fit.rival)
      fail(ErrorKind::input,
           "column \"{}\": \"{}\" is {} or {}; --date-format {} or {} tells which, --categorical-features takes it as "
           "a word",
           study.column.name, fit.example, date_text(*date_in(fit.example, fit.notation)),
           date_text(*date_in(fit.example, *fit.rival)), fit.notation, *fit.rival);
    ColumnReading reading{.kind = ColumnKind::date, .date_format = fit.notation};
    if (fit.notation != "ymd")
      reading.note = fmt::format("column \"{}\" is read as dates in the order {}", study.column.name, fit.notation);
    return reading;
  }

  [[noreturn]] void refuse_slips(const ColumnStudy& study, const CountedWords& others, int64_t rows, int64_t all,
                                 bool dates) const {
    fail(ErrorKind::input,
         "column \"{}\": {} of {} rows hold {}, \"{}\" in row {} is none; --missing {} takes such cells for missing "
         "values, and --drop-missing leaves out rows without a target",
         study.column.name, rows, all, dates ? "dates" : "numbers", escaped(others.front().word),
         first_row_of(study.column, others.front().word) + table_.first_row, as_option(others));
  }

  /// Notes the words that count as missing although they are not the usual ones.
  void add_note(ColumnReading& reading, const ColumnStudy& study, const CountedWords& others, int64_t rows, int64_t all,
                bool strict) const {
    const auto& name = study.column.name;
    Names lines;
    if (!reading.note.empty()) lines.push_back(reading.note);
    CountedWords unusual;
    for (const auto* words : {&study.missing, &study.zero_dates})
      for (const auto& counted : *words)
        if (!is_usual_missing_word(counted.word)) unusual.push_back(counted);
    if (!unusual.empty() && !strict)
      lines.push_back(fmt::format("column \"{}\": {} in {} rows {} missing", name, quoted(unusual), rows_of(unusual),
                                  unusual.size() == 1 ? "counts as" : "count as"));
    if (!others.empty()) {
      for (const auto& [word, count] : others) reading.missing.push_back(word);
      lines.push_back(fmt::format(
          "column \"{}\": {} of {} rows hold {}; {} (first in row {}) counts as missing, as with --missing {}; "
          "--categorical-features keeps it as a word",
          name, rows, all, reading.kind == ColumnKind::date ? "dates" : "numbers", quoted(others),
          first_row_of(study.column, others.front().word) + table_.first_row, as_option(others)));
    }
    reading.note = fmt::format("{}", fmt::join(lines, "; "));
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
