/// Numbers as people write them: thousands separators, decimal commas, currencies, units, percent, parentheses.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace reszoo {

/// How the numbers of a column are written. The default is C's notation.
struct NumberNotation {
  char decimal = '.';
  /// Separator of groups of digits: `,`, `.`, `'`, or a space, which stands for spaces of any kind; '\0' for none.
  char thousands = '\0';
  std::string unit = {};  ///< text before or after the numbers that is left off: `$`, `EUR`, `%`, `kg`
  bool clock = false;     ///< times of day, `13:45` or `13:45:10.5`, as seconds

  bool operator==(const NumberNotation&) const = default;
};

/// Parses a word that is entirely a number in this notation. Spaces around it are ignored, and `(1.5)` and `1.5-` are
/// -1.5. Groups have three digits, or two before the last three (`12,34,567`). A number without the unit is a number
/// only if the unit is a currency. Returns nothing for any other text.
std::optional<double> number_in(std::string_view word, const NumberNotation& notation = {});

/// Returns the text around the number of a word, such as `$` or `%`: "" if there is none, nothing if the word holds no
/// number.
std::optional<std::string> unit_of(std::string_view word);

/// Returns whether the unit is a currency, which some of the cells may lack.
bool is_currency(std::string_view unit);

/// Returns whether a word is digits that begin with a zero, such as `007`: a code and not a number.
bool has_leading_zeros(std::string_view word);

/// Returns the text that a number has whatever its notation: `3` for `3`, ` 3`, `3.0` and `+3`, with all digits of
/// large integers. Returns nothing for other words and for words with leading zeros.
std::optional<std::string> plain_number(std::string_view word);

/// Formats a number as the shortest text that reads back as the same number, without a trailing ".0".
std::string number_text(double value);

/// Describes the notation for a message: `with "," between thousands and without "$"`; "" for C's.
std::string text_of(const NumberNotation& notation);

}  // namespace reszoo
