/// A word that may be a number, taken apart once to be read in several notations. Private.
#pragma once
#include <string_view>

#include "reszoo/preprocess/number_words.h"

namespace reszoo {

/// A word taken apart: sign, the text around the number, and its digits with their separators.
struct NumberPieces {
  bool negative = false;
  std::string unit = {}, digits = {};
};

constexpr std::string_view kDigits = "0123456789";

inline bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Returns the value of a word in C's notation.
std::optional<double> plain_value(std::string_view word);

class NumberWord {
 public:
  /// Keeps a view of the word.
  explicit NumberWord(std::string_view word);

  /// Returns what `number_in` returns.
  std::optional<double> value_in(const NumberNotation& notation) const;

  /// Returns the pieces; nothing if the word holds no number.
  const std::optional<NumberPieces>& pieces() const { return pieces_; }

 private:
  std::string_view word_;
  std::optional<NumberPieces> pieces_;
};

}  // namespace reszoo
