#include "reszoo/base/duration.h"

#include <chrono>
#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/number.h"

namespace reszoo {

double parse_duration(std::string_view text) {
  auto number = text;
  double unit = 1;
  for (const auto& [letter, seconds] : {std::pair('s', 1.0), std::pair('m', 60.0), std::pair('h', 3600.0)})
    if (text.ends_with(letter)) {
      number.remove_suffix(1);
      unit = seconds;
    }
  const auto count = number_in_text<double>(number);
  if (!count || !std::isfinite(*count) || *count <= 0)
    fail(ErrorKind::usage, "duration: must be above 0, in seconds or as 90s, 10m or 1h, got \"{}\"", text);
  return *count * unit;
}

std::string duration_text(double seconds) {
  const auto total = static_cast<int64_t>(seconds + 0.5);
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m{:02}s", total / 60, total % 60);
  return fmt::format("{}h{:02}m", total / 3600, total / 60 % 60);
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace reszoo
