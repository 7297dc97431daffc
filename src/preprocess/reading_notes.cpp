#include "reading_notes.h"

#include <ATen/TensorOperators.h>

#include <algorithm>

#include "missing_words.h"
#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo {
namespace {

// Words named in a message.
constexpr size_t kNamed = 3;

const char* plural_of(ColumnKind kind) { return kind == ColumnKind::date ? "dates" : "numbers"; }

int64_t place_of(const Column& column, const std::string& word) {
  const auto code = std::find(column.words.begin(), column.words.end(), word) - column.words.begin();
  return find_rows(column.codes, [&](const Tensor& block) { return block == static_cast<int64_t>(code); }).first;
}

std::string quoted(const CountedWords& words) {
  std::vector<std::string> shown;
  for (const auto& [word, rows] : words) shown.push_back(fmt::format("\"{}\"", escaped(word)));
  return list(shown, kNamed);
}

/// The words as the value of --missing.
std::string as_option(const CountedWords& words) {
  std::vector<std::string> shown;
  for (size_t i = 0; i < words.size() && i < kNamed; ++i) {
    const auto& word = words[i].word;
    shown.push_back(word.find(',') == std::string::npos ? word : "\"" + word + "\"");
  }
  return fmt::format("{}{}", fmt::join(shown, ","), words.size() > kNamed ? ",…" : "");
}

/// Throws if the word that the two notations read has two values, given as text by `value_of`.
template <typename Notation, typename ValueOf>
void refuse_rival(const ColumnStudy& study, const WordFit<Notation>& fit, const std::string& options,
                  const ValueOf& value_of) {
  if (fit.rival)
    fail(ErrorKind::input,
         "column \"{}\": \"{}\" is {} or {}; {} tells which, --categorical-features takes it as a word",
         study.column.name, fit.example, value_of(fit.notation), value_of(*fit.rival), options);
}

}  // namespace

BetterFit better_fit(const ColumnStudy& study) {
  const auto all = rows_of(study.words);
  if (const auto& fit = study.date; fit.rows > study.number.rows)
    return {ColumnKind::date, fit.rows, fit.different, all, fit.others};
  const auto& fit = study.number;
  return {ColumnKind::number, fit.rows, fit.different, all, fit.others};
}

void refuse_two_readings(const ColumnStudy& study, ColumnKind kind) {
  if (kind == ColumnKind::number)
    return refuse_rival(study, study.number, "--thousands , or --thousands .", [&](const NumberNotation& notation) {
      return number_text(*number_in(study.number.example, notation));
    });
  const auto& fit = study.date;
  refuse_rival(study, fit, fmt::format("--date-format {} or {}", fit.notation, fit.rival.value_or("")),
               [&](const std::string& format) { return date_text(*date_in(fit.example, format)); });
}

void refuse_slips(const ColumnStudy& study, const BetterFit& fit, int64_t first_row, bool may_drop) {
  const auto& word = fit.others.front().word;
  fail(ErrorKind::input, "column \"{}\": {} of {} rows hold {}, \"{}\" in row {} is none; {}", study.column.name,
       fit.rows, fit.all, plural_of(fit.kind), escaped(word), place_of(study.column, word) + first_row,
       may_drop ? fmt::format("--missing {} takes such cells for missing values, and --drop-missing leaves out rows "
                              "without a target",
                              as_option(fit.others))
                : "every row needs one");
}

std::string note_on_missing(const ColumnStudy& study) {
  CountedWords unusual;
  for (const auto* words : {&study.missing, &study.zero_dates})
    for (const auto& counted : *words)
      if (!is_usual_missing_word(counted.word)) unusual.push_back(counted);
  if (unusual.empty()) return "";
  return fmt::format("column \"{}\": {} in {} rows {} missing", study.column.name, quoted(unusual), rows_of(unusual),
                     unusual.size() == 1 ? "counts as" : "count as");
}

std::string note_on_slips(const ColumnStudy& study, const BetterFit& fit, int64_t first_row) {
  if (fit.others.empty()) return "";
  return fmt::format(
      "column \"{}\": {} of {} rows hold {}; {} (first in row {}) counts as missing, as with --missing {}; "
      "--categorical-features keeps it as a word",
      study.column.name, fit.rows, fit.all, plural_of(fit.kind), quoted(fit.others),
      place_of(study.column, fit.others.front().word) + first_row, as_option(fit.others));
}

std::string note_on_category(const ColumnStudy& study, const BetterFit& fit) {
  const auto& name = study.column.name;
  const auto others = fit.all - fit.rows;
  if (2 * fit.rows >= fit.all && (fit.different > kEnough || are_few(others, fit.all)))
    return fmt::format("column \"{}\" is a category: {} of {} rows hold {}, others {}; --missing {} reads {}", name,
                       fit.rows, fit.all, plural_of(fit.kind), quoted(fit.others), as_option(fit.others),
                       plural_of(fit.kind));
  if (!study.number.obstacle.empty() && std::ssize(study.words) > kEnough)
    return fmt::format("column \"{}\" is a category: {}; --numeric-features reads it as numbers", name,
                       study.number.obstacle);
  return "";
}

}  // namespace reszoo
