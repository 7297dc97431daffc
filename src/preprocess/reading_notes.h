/// What is said of the words of a column while it is learnt how to read it. Private.
#pragma once
#include <string>

#include "column_study.h"

namespace reszoo {

// Other words are accepted beside this many different numbers or dates; fewer may as well be names of classes.
constexpr int64_t kEnough = 20;

/// The words of a text column as numbers, or as dates if more rows are dates.
struct BetterFit {
  ColumnKind kind = ColumnKind::number;
  int64_t rows = 0, different = 0;  ///< rows and different words that fit
  int64_t all = 0;                  ///< rows with a word that may be a value
  const CountedWords& others;       ///< words that do not fit
};
BetterFit better_fit(const ColumnStudy& study);

/// Throws for words with two readings, each of which another column or an option could rule out.
void refuse_two_readings(const ColumnStudy& study, ColumnKind kind);

/// Throws for a word that is no number or date in a column where every row needs one. `first_row` is the index of the
/// column's first row; `may_drop` is whether rows without a value may be left out.
[[noreturn]] void refuse_slips(const ColumnStudy& study, const BetterFit& fit, int64_t first_row, bool may_drop);

/// Returns a line about words that count as missing although they are not the usual ones, or "".
std::string note_on_missing(const ColumnStudy& study);

/// Returns a line about words beside numbers or dates that count as missing, or "".
std::string note_on_slips(const ColumnStudy& study, const BetterFit& fit, int64_t first_row);

/// Returns a line about a category that looks like numbers or dates, or "".
std::string note_on_category(const ColumnStudy& study, const BetterFit& fit);

}  // namespace reszoo
