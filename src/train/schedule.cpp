#include "reszoo/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "train/spec_text.h"

namespace reszoo {
namespace {

using Kind = Schedule::Kind;
using ScheduleKey = detail::Key<Schedule>;
using detail::kInfinity;

constexpr ScheduleKey kWarmUp{"warmup", &Schedule::warm_up, {0, 1, true, false}};
constexpr ScheduleKey kEvery{"every", &Schedule::step_size, {0, 1, false, true}};
constexpr ScheduleKey kFactor{"factor", &Schedule::gamma, {0, 1, false, true}};
constexpr ScheduleKey kEnd{"end", &Schedule::end, {0, 1, true, true}};
constexpr ScheduleKey kPower{"power", &Schedule::power, {0, kInfinity, false, false}};
constexpr ScheduleKey kRise{"rise", &Schedule::rise, {0, 1, false, false}};
constexpr ScheduleKey kDiv{"div", &Schedule::div, {1, kInfinity, true, false}};
constexpr ScheduleKey kFinalDiv{"final_div", &Schedule::final_div, {1, kInfinity, true, false}};
constexpr detail::Range kDrop{0, 1, false, false};

/// An entry of the table: its keys, the one that may be omitted first.
struct ScheduleRow {
  std::string_view name;
  Kind value;
  std::vector<ScheduleKey> keys;
};

const ScheduleRow kRows[] = {
    {"constant", Kind::constant, {kWarmUp}},
    {"cosine", Kind::cosine, {kWarmUp, kEnd}},
    {"step", Kind::step, {kEvery, kFactor, kWarmUp}},
    {"multistep", Kind::multistep, {kFactor, kWarmUp}},  // bare numbers are its milestones
    {"polynomial", Kind::polynomial, {kPower, kEnd, kWarmUp}},
    {"one_cycle", Kind::one_cycle, {kRise, kDiv, kFinalDiv, kWarmUp}},
};

const ScheduleRow& row_named(std::string_view name) { return row_of(kRows, parse_name("Schedule", kRows, name)); }

void add_drop(Schedule& schedule, std::string_view text) {
  const auto drop = detail::number_of("Schedule", "multistep", "drop", text, kDrop);
  if (!schedule.milestones.empty() && drop <= schedule.milestones.back())
    fail(ErrorKind::usage, "Schedule: drops of multistep must grow, got {} after {}", drop, schedule.milestones.back());
  schedule.milestones.push_back(drop);
}

/// Returns the number of drops up to `now`. A drop happens at the first step at or after its position, regardless of
/// rounding.
double drops(const Schedule& s, double now, double total) {
  if (s.kind == Kind::step) return std::floor(now / (total * s.step_size) + 1e-9);
  return static_cast<double>(
      std::ranges::count_if(s.milestones, [&](double milestone) { return now >= total * milestone - 1e-9 * total; }));
}

double half_cosine(double from, double to, double share) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

/// As in PyTorch, the peak is at the step `rise total - 1`, and the last step has the lowest rate.
double one_cycle(const Schedule& s, double now, double total) {
  const double peak = s.rise * total - 1, first = 1 / s.div, last = first / s.final_div;
  if (now < peak) return half_cosine(first, 1, now / peak);
  return half_cosine(1, last, std::min((now - peak) / (total - 1 - peak), 1.0));
}

/// Returns the factor without warm-up.
double factor_of(const Schedule& s, double now, double total) {
  switch (s.kind) {
    case Kind::constant: return 1;
    case Kind::cosine: return half_cosine(1, s.end, now / total);
    case Kind::step:
    case Kind::multistep: return std::pow(s.gamma, drops(s, now, total));
    case Kind::polynomial: return s.end + (1 - s.end) * std::pow(1 - now / total, s.power);
    case Kind::one_cycle: return one_cycle(s, now, total);
  }
  fail(ErrorKind::usage, "Schedule: unknown kind {}", static_cast<int>(s.kind));
}

}  // namespace

Schedule Schedule::parse(std::string_view text) {
  const auto colon = text.find(':');
  const auto& row = row_named(text.substr(0, colon));
  Schedule schedule{.kind = row.value};
  const bool multistep = schedule.kind == Kind::multistep;
  if (colon != std::string_view::npos) {
    const auto items = detail::items_of(text.substr(colon + 1));
    for (size_t i = 0; i < items.size(); ++i) {
      const auto& [key, value] = items[i];
      if (multistep && key.empty()) add_drop(schedule, value);
      else
        put("Schedule", row.name,
            key.empty() && i == 0 ? row.keys.front() : detail::key_named("Schedule", row.name, row.keys, key), value,
            schedule);
    }
  }
  if (multistep && schedule.milestones.empty())
    fail(ErrorKind::usage, "Schedule: multistep needs the fractions of its drops, as multistep:0.5,0.75, got \"{}\"",
         text);
  return schedule;
}

std::string Schedule::text() const {
  const auto& row = row_of(kRows, kind);
  std::vector<std::string> items;
  for (const auto drop : milestones) items.push_back(fmt::format("{}", drop));
  for (const auto& key : row.keys) {
    const bool bare = &key == &row.keys.front() && kind != Kind::multistep;
    if (auto item = detail::text_of(key, *this, bare); !item.empty()) items.push_back(std::move(item));
  }
  return detail::joined(row.name, items);
}

double Schedule::factor(int64_t step, int64_t total_steps) const {
  const auto total = static_cast<double>(std::max<int64_t>(total_steps, 1));
  const double now = std::min(static_cast<double>(step), total);
  const double rising = std::round(warm_up * total);
  if (now < rising) return factor_of(*this, 0, std::max(total - rising, 1.0)) * (now + 1) / rising;
  return factor_of(*this, now - rising, std::max(total - rising, 1.0));
}

}  // namespace reszoo
