#include "word_fit.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "number_word.h"
#include "reszoo/base/blocks.h"
#include "reszoo/base/spilled.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo {
namespace {

// A column with more other words than this share is no column of numbers with slips.
constexpr int64_t kSlipsIn = 20;

const std::vector<NumberNotation> kNotations = {{'.', '\0'}, {'.', ','}, {'.', ' '}, {'.', '\''},
                                                {',', '\0'}, {',', '.'}, {',', ' '}, {',', '\''}};

bool all_words(const CountedWords& words, bool (*holds)(const std::string&)) {
  return std::all_of(words.begin(), words.end(), [&](const auto& counted) { return holds(counted.word); });
}

// Of more words than this a sample is looked at first.
constexpr size_t kManyWords = 50000, kSampleWords = 1000;

size_t count_in_sample(const CountedWords& words, const std::function<bool(const std::string&)>& holds) {
  size_t found = 0;
  for (size_t i = 0; i < kSampleWords; ++i) found += holds(words[i * words.size() / kSampleWords].word);
  return found;
}

/// Returns whether there are very many words and hardly any of a sample holds: they need not be looked at one by one.
bool hardly_any(const CountedWords& words, const std::function<bool(const std::string&)>& holds) {
  return words.size() >= kManyWords && count_in_sample(words, holds) * 5 < kSampleWords;
}

/// Leaves out the notations that fit less than half of a sample of very many words, if another one does: they are
/// neither the best nor a rival.
void leave_out_hopeless(std::vector<NumberNotation>& notations, const CountedWords& words) {
  if (words.size() < kManyWords) return;
  const auto hopeless = [&](const NumberNotation& notation) {
    return count_in_sample(words, [&](const auto& word) { return number_in(word, notation).has_value(); }) * 2 <
           kSampleWords;
  };
  if (const auto begin = std::stable_partition(notations.begin(), notations.end(), std::not_fn(hopeless));
      begin != notations.begin())
    notations.erase(begin, notations.end());
}

/// Returns the unit that most rows have; a currency may be lacking in some.
std::string common_unit(const CountedWords& words) {
  std::map<std::string, int64_t> rows;
  for (const auto& [word, count] : words)
    if (const auto unit = unit_of(word)) rows[*unit] += count;
  const int64_t none = rows[""];
  std::string best;
  int64_t most = 0;
  for (const auto& [unit, count] : rows)
    if (!unit.empty() && count > most) {
      best = unit;
      most = count;
    }
  return is_currency(best) || most > none ? best : "";
}

/// Returns whether there are integers that a double cannot tell apart.
bool collapse(const CountedWords& words) {
  std::set<std::string> spellings;
  std::set<double> values;
  for (const auto& [word, rows] : words) {
    const auto plain = plain_number(word);
    if (!plain || std::abs(*number_in(word)) < 0x1p53) continue;
    spellings.insert(*plain);
    values.insert(*number_in(word));
  }
  return values.size() < spellings.size();
}

std::vector<NumberNotation> notations_for(const TableNotation& known, const std::string& unit) {
  std::vector<NumberNotation> notations;
  for (auto notation : kNotations) {
    notation.unit = unit;
    if (known.decimal && notation.decimal != *known.decimal) continue;
    if (known.thousands && notation.thousands != *known.thousands) continue;
    notations.push_back(notation);
  }
  return notations;
}

/// A decimal comma accepts any digits behind it, a separator of thousands only three.
bool is_weaker(const NumberNotation& a, const NumberNotation& b) {
  return a.thousands == '\0' && b.thousands == a.decimal;
}

}  // namespace

Tensor rows_of_words(const Column& column) {
  const auto words = static_cast<int64_t>(column.words.size()) + 1;
  auto counts = torch::zeros({words}, torch::kInt64);
  // A block costs at least as much as there are words.
  const auto step = std::max(kBlockRows, 4 * words);
  for (int64_t begin = 0; begin < column.size(); begin += step) {
    counts += (column.codes.narrow(0, begin, std::min(step, column.size() - begin)) + 1).bincount({}, words);
    release_pages(column.codes);
  }
  return counts;
}

CountedWords counted_words(const Column& column) {
  const auto counts = rows_of_words(column);
  CountedWords words;
  for (size_t i = 0; i < column.words.size(); ++i)
    if (const auto rows = counts.const_data_ptr<int64_t>()[i + 1]; rows > 0) words.push_back({column.words[i], rows});
  return words;
}

int64_t rows_of(const CountedWords& words) {
  int64_t rows = 0;
  for (const auto& counted : words) rows += counted.rows;
  return rows;
}

bool are_few(int64_t rows, int64_t all) { return rows * kSlipsIn <= all; }

NumberFit fit_numbers(const CountedWords& words, const TableNotation& known) {
  if (words.empty() || hardly_any(words, [](const auto& word) { return unit_of(word) || clock_seconds(word); }))
    return {};
  if (all_words(words, [](const std::string& word) { return clock_seconds(word).has_value(); }))
    return {.notation = {.clock = true}, .rows = rows_of(words), .different = std::ssize(words)};
  for (const auto& [word, rows] : words)
    if (has_leading_zeros(word)) return {.obstacle = fmt::format("\"{}\" begins with a zero", word)};
  if (collapse(words)) return {.obstacle = "it has integers that a float64 cannot tell apart"};
  const bool plain = (!known.decimal || *known.decimal == '.') && !known.thousands;
  if (plain && all_words(words, [](const std::string& word) {
        const auto unit = unit_of(word);
        return unit && unit->empty() && number_in(word);
      }))
    return {.rows = rows_of(words), .different = std::ssize(words)};
  auto notations = notations_for(known, common_unit(words));
  if (notations.empty()) return {};
  leave_out_hopeless(notations, words);
  const auto values_of = [&](const std::string& word, WordValues& values) {
    const NumberWord number(word);
    for (size_t n = 0; n < notations.size(); ++n) values[n] = number.value_in(notations[n]);
  };
  auto fit = best_fit(words, notations, values_of, is_weaker);
  if (fit.rival && is_currency(fit.notation.unit) && known.decimal != ',') {
    // No currency has three decimals: the separator is one of thousands.
    auto thousands = known;
    thousands.thousands = fit.notation.thousands != '\0' ? fit.notation.thousands : fit.rival->thousands;
    return fit_numbers(words, thousands);
  }
  return fit;
}

DateFit fit_dates(const CountedWords& words, const TableNotation& known) {
  const auto& given = known.date_format;
  const auto is_date = [&](const std::string& word) {
    return date_in(word, "ymd") || date_in(word, "dmy") || date_in(word, "mdy") ||
           (!given.empty() && date_in(word, given));
  };
  if (!given.empty()) check_date_format(given);
  if (words.empty() || hardly_any(words, is_date)) return {};
  std::vector<std::string> formats{"ymd", "dmy", "mdy"};
  if (!given.empty()) {
    formats = {given};
    if (given != "ymd") formats.emplace_back("ymd");
  }
  const auto values_of = [&](const std::string& word, WordValues& values) {
    for (size_t n = 0; n < formats.size(); ++n) values[n] = date_in(word, formats[n]);
  };
  auto fit = best_fit(words, formats, values_of, [](const std::string&, const std::string&) { return false; });
  if (!given.empty()) fit.rival.reset();
  return fit;
}

}  // namespace reszoo
