/// Dates and times in words: parsing, printing, and numeric features for a network.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace reszoo {

/// Parses an ISO 8601 date as days since 1970-01-01 UTC: `2024-02-29`, `2024-02-29 13:45`, `2024-02-29T13:45:10.5`,
/// `20240229T134510`, each with a time optionally followed by `Z`, `UTC`, `GMT`, `+01:00` or `-0530`. Returns nothing
/// for any other text, also for `20240229`, which may be a number.
std::optional<double> date_in(std::string_view text);

/// Parses a date that is written in a given way, as days since 1970-01-01 UTC.
///
/// | format | read |
/// |--------|------|
/// | `ymd`  | year, month, day: all of ISO 8601, `2024/2/29`, `2024.02.29`, `2024-Feb-29` |
/// | `dmy`  | day first: `29/02/2024`, `29.2.24`, `29 February 2024`, `29Feb2024` |
/// | `mdy`  | month first: `02/29/2024`, `Feb 29, 2024` |
/// | with % | as strptime of C and Python reads it: `%d.%m.%Y %H:%M` |
///
/// With the first three, a time of day may follow: `13:45`, `1:45 PM`, `13:45:10 +0100`. A year of two digits is within
/// 1969 to 2068. Returns nothing for any other text.
std::optional<double> date_in(std::string_view text, const std::string& format);

/// Throws: Error (usage) for a text that is no format of dates.
void check_date_format(const std::string& format);

/// Returns whether a text is a date of zeros, such as `0000-00-00`, which databases write for a missing date.
bool is_zero_date(std::string_view text);

/// Parses a time of day, `13:45` or `13:45:10.5`, as seconds. Returns nothing for any other text.
std::optional<double> clock_seconds(std::string_view text);

/// Formats a date to the microsecond so that `date_in` reads it back: `2024-02-29`, or `2024-02-29 13:45:00` if there
/// is a time of day. Returns "" for NaN.
std::string date_text(double days);

/// The features that a date is split into.
///
/// | part    | value                                    |
/// |---------|------------------------------------------|
/// | days    | since 1970, with the time as a fraction  |
/// | month   | 1 to 12                                  |
/// | weekday | 0 (Monday) to 6                          |
/// | hour    | 0 to 24, with minutes as a fraction      |
enum class DatePart { days, month, weekday, hour };

/// All parts, in order.
inline constexpr DatePart date_parts[] = {DatePart::days, DatePart::month, DatePart::weekday, DatePart::hour};

/// Parses the name of a part.
/// Throws: Error (usage) for any other text.
DatePart parse_date_part(std::string_view text);

/// Returns the text that `parse_date_part` reads back.
std::string text_of(DatePart part);

/// Returns a part of a date; NaN stays NaN.
double part_of(double days, DatePart part);

}  // namespace reszoo
