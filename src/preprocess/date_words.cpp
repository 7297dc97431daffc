#include "reszoo/preprocess/date_words.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "date_pieces.h"
#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/preprocess/number_words.h"

namespace reszoo {
namespace {

namespace chrono = std::chrono;

constexpr Named<DatePart> kDateParts[] = {
    {"days", DatePart::days}, {"month", DatePart::month}, {"weekday", DatePart::weekday}, {"hour", DatePart::hour}};

constexpr double microseconds_a_day = 86400e6;
constexpr double most_days = 1e7;  // within the range of a calendar with 16-bit years

/// Parses `2024-02-29`, or in the basic format `20240229`.
std::optional<double> day_in(DatePieces& text, bool basic) {
  const auto year = text.digits(4);
  if (!year || !(basic || text.take("-"))) return std::nullopt;
  const auto month = text.digits(2);
  if (!month || !(basic || text.take("-"))) return std::nullopt;
  const auto day = text.digits(2);
  if (!day) return std::nullopt;
  return days_of(*year, *month, *day);
}

}  // namespace

std::optional<double> date_in(std::string_view text) {
  DatePieces pieces(text);
  const bool basic = pieces.count_digits() == 8;
  const auto day = day_in(pieces, basic);
  if (!day || pieces.at_end()) return basic ? std::nullopt : day;  // 20240229 alone is a number
  if (!pieces.take(" T")) return std::nullopt;
  const auto clock = basic ? basic_clock_in(pieces) : clock_in(pieces);
  const auto zone = clock ? zone_in(pieces) : std::nullopt;
  if (!zone || !pieces.at_end()) return std::nullopt;
  // Rounded only once, like a reader that divides an integer number of units.
  return (*day * 86400 + *clock - *zone) / 86400;
}

std::string date_text(double days) {
  if (!std::isfinite(days)) return "";
  auto day = std::floor(days);
  auto rest = std::round((days - day) * microseconds_a_day);
  if (rest >= microseconds_a_day) day += 1, rest = 0;
  if (std::abs(day) > most_days) return number_text(days);
  const chrono::year_month_day date{chrono::sys_days(chrono::days(static_cast<int64_t>(day)))};
  auto text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                          static_cast<unsigned>(date.day()));
  if (rest == 0) return text;
  const auto micro = static_cast<int64_t>(rest);
  const auto second = micro / 1000000;
  text += fmt::format(" {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
  return micro % 1000000 == 0 ? text : text + fmt::format(".{:06}", micro % 1000000);
}

DatePart parse_date_part(std::string_view text) { return parse_name("part of a date", kDateParts, text); }

std::string text_of(DatePart part) { return name_of(kDateParts, part); }

double part_of(double days, DatePart part) {
  const auto whole = std::floor(days);
  switch (part) {
    case DatePart::days: return days;
    case DatePart::hour: return std::nearbyint((days - whole) * microseconds_a_day) / 3600e6;
    case DatePart::weekday: {
      const auto weekday = std::fmod(whole + 3, 7);  // 1970-01-01 was a Thursday
      return weekday < 0 ? weekday + 7 : weekday;
    }
    case DatePart::month: break;
  }
  if (!(std::abs(whole) <= most_days)) return NAN;
  return static_cast<unsigned>(
      chrono::year_month_day(chrono::sys_days(chrono::days(static_cast<int64_t>(whole)))).month());
}

}  // namespace reszoo
