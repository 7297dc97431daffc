/// Dates and times: their text, and the numbers that a network can use.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Days since 1970-01-01 UTC that an ISO 8601 text spells: `2024-02-29`,
/// `2024-02-29 13:45`, `2024-02-29T13:45:10.5`, also with `Z`, `+01:00` or `-0530`
/// behind. Nothing for any other text.
std::optional<double> date_in(std::string_view text);

/// The text that `date_in` reads back, to the microsecond: `2024-02-29`, or
/// `2024-02-29 13:45:00` where there is a time. "" for NaN.
std::string date_text(double days);

/// Whether the column holds dates: one that a reader says so of, or text in which
/// every word is one, and there is a word.
bool holds_dates(const Column& column);

/// The column as dates; numbers are days already.
/// Throws: Error (input) naming the column, the first word that is no date, and
/// its row. `first_row` is the number of the column's first row.
Column as_dates(const Column& column, int64_t first_row = 1);

/// What a date is split into.
///
/// | part    | number                                   |
/// |---------|------------------------------------------|
/// | days    | since 1970, with the time as a fraction  |
/// | month   | 1 to 12                                  |
/// | weekday | 0 (Monday) to 6                          |
/// | hour    | 0 to 24, with minutes as a fraction      |
enum class DatePart { days, month, weekday, hour };

/// All parts, in order.
inline constexpr DatePart date_parts[] = {DatePart::days, DatePart::month, DatePart::weekday, DatePart::hour};

/// Reads the name of a part.
/// Throws: Error (usage) for any other text.
DatePart parse_date_part(std::string_view text);

/// The text that `parse_date_part` reads back.
std::string text_of(DatePart part);

/// The part of each date. Shape: (N) float64 days to (N) float64; NaN stays.
Tensor part_of(const Tensor& days, DatePart part);

}  // namespace reszoo
