/// Durations as text, and the clock that measures them.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// Parses a duration and returns its seconds: `90s`, `10m`, `1.5h`, or a number of seconds.
/// Throws: Error (usage) for any other text, and for one that is not above 0.
double parse_duration(std::string_view text);

/// Returns a duration for people, rounded to seconds, or to minutes from an hour on: "42s", "3m05s", "2h10m".
std::string duration_text(double seconds);

/// Returns the seconds of a clock that is never set back, from an arbitrary start.
double steady_seconds();

}  // namespace reszoo
