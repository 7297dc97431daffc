/// Which notation of numbers or dates the words of a column fit. Private.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/preprocess/frame.h"
#include "reszoo/preprocess/number_words.h"

namespace reszoo {

/// A word of a column and the number of its rows, at least one.
struct CountedWord {
  std::string word;
  int64_t rows = 0;
};
using CountedWords = std::vector<CountedWord>;

/// Returns the number of rows of each word of a text column, after the number of rows without one. Shape: (words + 1).
Tensor rows_of_words(const Column& column);

/// Returns the words that occur in a text column.
CountedWords counted_words(const Column& column);

int64_t rows_of(const CountedWords& words);

/// Returns whether `rows` of `all` are few enough to be slips.
bool are_few(int64_t rows, int64_t all);

/// How words fit a notation.
template <typename Notation>
struct WordFit {
  Notation notation = {};
  int64_t rows = 0;                    ///< rows whose word fits
  int64_t different = 0;               ///< different words that fit
  CountedWords others = {};            ///< words that do not fit
  std::optional<Notation> rival = {};  ///< another notation that fits about as well, and gives other values
  std::string example = {};            ///< a word that has two values because of the rival
  std::string obstacle = {};           ///< why they are no numbers although they look like it
};
using NumberFit = WordFit<NumberNotation>;
using DateFit = WordFit<std::string>;

/// Finds the notation of numbers that fits best, within what is known of the table.
NumberFit fit_numbers(const CountedWords& words, const TableNotation& known);

/// Finds the order of dates that fits best. Words must not contain zero dates.
DateFit fit_dates(const CountedWords& words, const TableNotation& known);

/// A value in each of several notations; nothing where the word does not fit.
using WordValues = std::vector<std::optional<double>>;

/// Chooses a notation out of several by how many rows fit it; on a tie the first. `values_of(word, values)` sets the
/// values of a word in all notations. `weaker(a, b)` says that `a` accepts nearly everything that `b` does, so that
/// words which only `a` accepts are no evidence for it.
template <typename Notation, typename ValuesOf, typename Weaker>
WordFit<Notation> best_fit(const CountedWords& words, const std::vector<Notation>& notations, ValuesOf values_of,
                           Weaker weaker) {
  const auto all = rows_of(words);
  std::vector<int64_t> rows(notations.size(), 0);
  WordValues values(notations.size());
  for (const auto& [word, count] : words) {
    values_of(word, values);
    for (size_t n = 0; n < notations.size(); ++n)
      if (values[n]) rows[n] += count;
  }
  const auto best = static_cast<size_t>(std::max_element(rows.begin(), rows.end()) - rows.begin());
  const auto may_rival = [&](size_t n) {
    const bool close = rows[n] > 0 && are_few(all - rows[n], all);
    const bool settled = rows[best] == all && rows[n] < all && !weaker(notations[best], notations[n]);
    return n != best && close && !settled;
  };
  WordFit<Notation> fit{.notation = notations[best], .rows = rows[best]};
  // The values are computed again, as those of millions of words in all notations take too much memory.
  size_t rival = notations.size();
  for (const auto& counted : words) {
    values_of(counted.word, values);
    if (values[best]) ++fit.different;
    else fit.others.push_back(counted);
    for (size_t n = 0; n < rival && values[best]; ++n)
      if (values[n] && *values[best] != *values[n] && may_rival(n)) {
        rival = n;
        fit.rival = notations[n];
        fit.example = counted.word;
      }
  }
  return fit;
}

}  // namespace reszoo
