/// Parses the parts of dates, token by token. Private.
#pragma once
#include <optional>
#include <string_view>

namespace reszoo {

/// Parses a text from the beginning.
class DatePieces {
 public:
  explicit DatePieces(std::string_view text) : text_(text) {}

  /// Parses an integer of exactly `count` digits.
  std::optional<int> digits(size_t count);

  /// Returns how many digits come next.
  size_t count_digits() const;

  /// Takes one of these letters.
  bool take(std::string_view letters);

  /// Takes the letters a to z that come next, whatever their case.
  std::string_view take_word();

  /// Parses ".25" as 0.25; returns 0 if there is no point.
  std::optional<double> fraction();

  char next() const { return text_.empty() ? '\0' : text_[0]; }
  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

/// Returns the days since 1970-01-01, or nothing if there is no such day.
std::optional<double> days_of(int year, int month, int day);

/// Parses `13:45` or `13:45:10.5` as seconds.
std::optional<double> clock_in(DatePieces& text);

/// Parses `1345`, `134510` or `134510.5` as seconds.
std::optional<double> basic_clock_in(DatePieces& text);

/// Parses `Z`, `UTC`, `GMT`, `+01:00`, `-0530` or `+01` as seconds east of UTC; returns 0 if there is no zone.
std::optional<double> zone_in(DatePieces& text);

}  // namespace reszoo
