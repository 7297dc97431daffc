#include "reszoo/train/schedule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

[[noreturn]] void refuse(std::string_view text) {
  fail(ErrorKind::usage,
       "Schedule: must be constant, constant:W, cosine, cosine:W (warm-up fraction in [0, 1)), step or step:F "
       "(fraction in (0, 1]), got \"{}\"{}",
       text, suggestion(text.substr(0, text.find(':')), {"constant", "cosine", "step"}));
}

}  // namespace

Schedule Schedule::parse(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  Schedule schedule;
  if (name == "cosine")
    schedule.kind = Kind::cosine;
  else if (name == "step")
    schedule.kind = Kind::step;
  else if (name != "constant")
    refuse(text);
  if (colon == std::string_view::npos) return schedule;

  const auto value = number(text.substr(colon + 1));
  const bool step = schedule.kind == Kind::step;
  if (!value || !(step ? *value > 0 && *value <= 1 : *value >= 0 && *value < 1)) refuse(text);
  (step ? schedule.drop_every : schedule.warm_up) = *value;
  return schedule;
}

std::string Schedule::text() const {
  if (kind == Kind::step) return drop_every == Schedule{}.drop_every ? "step" : fmt::format("step:{}", drop_every);
  const std::string name = kind == Kind::cosine ? "cosine" : "constant";
  return warm_up == 0 ? name : fmt::format("{}:{}", name, warm_up);
}

double Schedule::factor(int64_t step, int64_t total_steps) const {
  const auto total = static_cast<double>(std::max<int64_t>(total_steps, 1));
  const double now = std::min(static_cast<double>(step), total);
  // A drop falls on the first step at or behind its fraction, whatever rounding
  // makes of now / total / drop_every.
  if (kind == Kind::step) return std::pow(0.1, std::floor(now / (total * drop_every) + 1e-9));
  const double rising = std::round(warm_up * total);
  if (now < rising) return (now + 1) / rising;
  if (kind == Kind::constant || rising >= total) return 1;
  return (1 + std::cos(std::numbers::pi * (now - rising) / (total - rising))) / 2;
}

}  // namespace reszoo
