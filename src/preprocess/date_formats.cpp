// Dates in other orders than ISO 8601: day first, month first, names of months, strptime's formats.
#include <time.h>

#include <algorithm>
#include <array>

#include "date_pieces.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/preprocess/date_words.h"
#include "trimmed.h"

namespace reszoo {
namespace {

constexpr std::string_view kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};

/// Returns the number of a month's English name or its first letters, at least three, or nothing.
std::optional<int> month_named(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  for (size_t i = 0; lower.size() >= 3 && i < std::size(kMonths); ++i)
    if (kMonths[i].starts_with(lower)) return static_cast<int>(i + 1);
  return std::nullopt;
}

/// Takes the name of a weekday and the comma after it, if the text begins with one.
std::string_view without_weekday(std::string_view text) {
  DatePieces pieces(text);
  std::string word(pieces.take_word().substr(0, 3));
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  constexpr std::string_view days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  if (std::find(std::begin(days), std::end(days), word) == std::end(days)) return text;
  return text.substr(std::min(text.find_first_of(", "), text.size()));
}

/// A field of a date: digits, or a month by name.
struct Field {
  int value = 0;
  size_t digits = 0;  ///< 0 for a name
};

std::optional<Field> field_in(DatePieces& text) {
  const auto count = text.count_digits();
  if (count == 0) {
    const auto month = month_named(text.take_word());
    if (!month) return std::nullopt;
    text.take(".");
    return Field{*month, 0};
  }
  if (count > 4) return std::nullopt;
  return Field{*text.digits(count), count};
}

std::optional<int> year_of(const Field& field) {
  if (field.digits == 4) return field.value;
  if (field.digits != 2) return std::nullopt;
  return field.value < 69 ? 2000 + field.value : 1900 + field.value;
}

/// Returns the day that three fields mean in an order such as "dmy".
std::optional<double> day_of(const std::array<Field, 3>& fields, const std::string& order) {
  int year = 0, month = 0, day = 0;
  for (size_t i = 0; i < 3; ++i) {
    const auto& field = fields[i];
    if (order[i] == 'y') {
      const auto found = year_of(field);
      if (!found || (i == 0 && field.digits != 4)) return std::nullopt;
      year = *found;
    } else if (order[i] == 'm') {
      if (field.digits > 2) return std::nullopt;
      month = field.value;
    } else {
      if (field.digits < 1 || field.digits > 2) return std::nullopt;
      day = field.value;
    }
  }
  return days_of(year, month, day);
}

/// Parses the time after a date, to the end of the text, as seconds; 0 if there is none.
std::optional<double> time_in(DatePieces& text) {
  if (text.at_end()) return 0;
  bool apart = false;
  while (text.take(" ,T")) apart = true;
  if (!apart && !text.take(":")) return std::nullopt;  // 29/Feb/2024:13:45
  auto clock = clock_in(text);
  if (!clock) return std::nullopt;
  while (text.take(" ")) {
  }
  if (text.next() == 'A' || text.next() == 'a' || text.next() == 'P' || text.next() == 'p') {
    const bool afternoon = text.next() == 'P' || text.next() == 'p';
    const auto word = text.take_word();
    if ((word.size() != 2 || (word[1] != 'M' && word[1] != 'm')) || *clock >= 13 * 3600) return std::nullopt;
    const bool twelve = *clock >= 12 * 3600;
    *clock += afternoon && !twelve ? 12 * 3600 : !afternoon && twelve ? -12 * 3600 : 0;
    return text.at_end() ? clock : std::nullopt;
  }
  const auto zone = zone_in(text);
  if (!zone || !text.at_end()) return std::nullopt;
  return *clock - *zone;
}

std::optional<double> date_in_order(std::string_view word, const std::string& order) {
  DatePieces text(without_weekday(trimmed(word)));
  while (text.take(", ")) {
  }
  std::array<Field, 3> fields;
  for (size_t i = 0; i < 3; ++i) {
    if (i > 0) {
      bool apart = false;
      while (text.take("-/., ")) apart = true;
      const bool by_name = text.count_digits() == 0 || fields[i - 1].digits == 0;  // 29Feb2024
      if (!apart && !by_name) return std::nullopt;
    }
    const auto field = field_in(text);
    if (!field) return std::nullopt;
    fields[i] = *field;
  }
  const auto day = day_of(fields, order);
  const auto time = day ? time_in(text) : std::nullopt;
  if (!time) return std::nullopt;
  return (*day * 86400 + *time) / 86400;
}

/// Takes the digits of %f, which Python has and C has not, off a text and its format; returns the fraction of a second.
std::optional<double> take_fraction(std::string& text, std::string& format) {
  const auto mark = format.find("%f");
  if (mark == std::string::npos) return 0;
  tm parts{};
  const char* digits = strptime(text.c_str(), format.substr(0, mark).c_str(), &parts);
  if (!digits) return std::nullopt;
  const auto begin = static_cast<size_t>(digits - text.c_str());
  const auto end = std::min(text.find_first_not_of("0123456789", begin), text.size());
  const auto fraction = number_in_text<double>("0." + text.substr(begin, end - begin));
  if (begin == end || !fraction) return std::nullopt;
  text.erase(begin, end - begin);
  format.erase(mark, 2);
  return fraction;
}

std::optional<double> date_by_strptime(std::string_view word, std::string format) {
  std::string text(trimmed(word));
  const auto fraction = take_fraction(text, format);
  if (!fraction) return std::nullopt;
  tm parts{};
  parts.tm_mday = 1;
  const char* end = strptime(text.c_str(), format.c_str(), &parts);
  if (!end || *end != '\0') return std::nullopt;
  const auto day = days_of(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
  if (!day) return std::nullopt;
  const double seconds = 3600.0 * parts.tm_hour + 60.0 * parts.tm_min + parts.tm_sec + *fraction;
  return (*day * 86400 + seconds - static_cast<double>(parts.tm_gmtoff)) / 86400;
}

}  // namespace

std::optional<double> date_in(std::string_view text, const std::string& format) {
  if (format.find('%') != std::string::npos) return date_by_strptime(text, format);
  if (format == "ymd")
    if (const auto iso = date_in(text)) return iso;
  return date_in_order(text, format);
}

void check_date_format(const std::string& format) {
  if (format == "ymd" || format == "dmy" || format == "mdy" || format.find('%') != std::string::npos) return;
  fail(ErrorKind::usage, "date_format: must be ymd, dmy, mdy or like %d.%m.%Y, got \"{}\"", format);
}

bool is_zero_date(std::string_view text) {
  text = trimmed(text);
  const auto day = text.substr(0, text.find_first_of(" T"));
  return day.size() >= 8 && day.find_first_of("-/.") != std::string_view::npos &&
         day.find_first_not_of("0-/.") == std::string_view::npos;
}

std::optional<double> clock_seconds(std::string_view text) {
  DatePieces pieces(text);
  const auto seconds = clock_in(pieces);
  return pieces.at_end() ? seconds : std::nullopt;
}

}  // namespace reszoo
