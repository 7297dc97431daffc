#include "missing_words.h"

#include <algorithm>
#include <iterator>

#include "reszoo/preprocess/cell.h"
#include "trimmed.h"

namespace reszoo {
namespace {

// The words that Arrow's reader of CSV takes for missing numbers. They are not worth a line.
constexpr std::string_view kUsualMissing[] = {"#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN",
                                              "-nan", "1.#IND",   "N/A",  "NA",      "1.#QNAN",  "NULL",
                                              "NaN",  "n/a",      "null", "nan"};
constexpr std::string_view kOtherMissing[] = {"<NA>", "None",    "none",    "NONE",  "Null",   "na",     "n.a.",
                                              "n.a",  "N.A.",    "?",       "-",     "--",     "---",    "—",
                                              "–",    ".",       "..",      "nil",   "NIL",    "(null)", "(NULL)",
                                              "\\N",  "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!",  "#NULL!"};

template <size_t N>
bool is_one_of(const std::string_view (&words)[N], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

bool is_usual_missing_word(std::string_view word) { return is_one_of(kUsualMissing, trimmed(word)); }

bool is_missing_word(std::string_view word) {
  word = trimmed(word);
  return word.empty() || is_one_of(kUsualMissing, word) || is_one_of(kOtherMissing, word);
}

}  // namespace reszoo
