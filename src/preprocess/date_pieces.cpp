#include "date_pieces.h"

#include <chrono>

namespace reszoo {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::optional<int> DatePieces::digits(size_t count) {
  int value = 0;
  if (text_.size() < count) return std::nullopt;
  for (const char digit : text_.substr(0, count)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = 10 * value + (digit - '0');
  }
  text_.remove_prefix(count);
  return value;
}

size_t DatePieces::count_digits() const {
  size_t count = 0;
  while (count < text_.size() && text_[count] >= '0' && text_[count] <= '9') ++count;
  return count;
}

bool DatePieces::take(std::string_view letters) {
  if (text_.empty() || letters.find(text_[0]) == std::string_view::npos) return false;
  text_.remove_prefix(1);
  return true;
}

std::string_view DatePieces::take_word() {
  size_t count = 0;
  while (count < text_.size() && is_letter(text_[count])) ++count;
  const auto word = text_.substr(0, count);
  text_.remove_prefix(count);
  return word;
}

std::optional<double> DatePieces::fraction() {
  if (text_.empty() || (text_[0] != '.' && text_[0] != ',')) return 0;
  double value = 0, place = 0.1;
  size_t count = 1;
  for (; count < text_.size() && text_[count] >= '0' && text_[count] <= '9'; ++count, place /= 10)
    value += place * (text_[count] - '0');
  if (count == 1) return std::nullopt;
  text_.remove_prefix(count);
  return value;
}

std::optional<double> days_of(int year, int month, int day) {
  namespace chrono = std::chrono;
  if (month < 1 || day < 1) return std::nullopt;
  const chrono::year_month_day date(chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(chrono::sys_days(date).time_since_epoch().count());
}

std::optional<double> clock_in(DatePieces& text) {
  const auto hour = text.digits(text.count_digits() == 1 ? 1 : 2);
  if (!hour || *hour > 23 || !text.take(":")) return std::nullopt;
  const auto minute = text.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  double seconds = 3600.0 * *hour + 60.0 * *minute;
  if (!text.take(":")) return seconds;
  const auto second = text.digits(2);
  const auto fraction = second && *second < 60 ? text.fraction() : std::nullopt;
  if (!fraction) return std::nullopt;
  return seconds + *second + *fraction;
}

std::optional<double> basic_clock_in(DatePieces& text) {
  const auto count = text.count_digits();
  const auto hour = text.digits(2), minute = text.digits(2);
  if (!hour || *hour > 23 || !minute || *minute > 59 || (count != 4 && count != 6)) return std::nullopt;
  const auto second = count == 6 ? text.digits(2) : 0;
  const auto fraction = count == 6 && *second < 60 ? text.fraction() : std::optional<double>(0);
  if (*second > 59 || !fraction) return std::nullopt;
  return 3600.0 * *hour + 60.0 * *minute + *second + *fraction;
}

std::optional<double> zone_in(DatePieces& text) {
  if (text.at_end()) return 0;
  if (const auto name = text.take_word(); !name.empty())
    return name == "Z" || name == "UTC" || name == "GMT" ? std::optional<double>(0) : std::nullopt;
  const double sign = text.next() == '-' ? -1 : 1;
  if (!text.take("+-")) return std::nullopt;
  const auto hour = text.digits(2);
  if (!hour || *hour > 23) return std::nullopt;
  text.take(":");
  const auto minute = text.at_end() ? std::optional<int>(0) : text.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  return sign * (3600.0 * *hour + 60.0 * *minute);
}

}  // namespace reszoo
