#include "axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "page.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo::page {
namespace {

// A long double has a larger exponent, so that no difference of two doubles overflows.
using Wide = long double;

constexpr double kMost = std::numeric_limits<double>::max();
constexpr double kNarrow = 1e-9;        // of the size of its numbers: a range below that is no range
constexpr double kLeastWidth = 1e-300;  // below that, numbers lose digits
constexpr double kMostDays = 1e7;       // of a calendar
constexpr size_t kWidestText = 7;       // characters that fit beside a y axis
constexpr double kSecond = 1.0 / 86400, kMinute = 1.0 / 1440;

Wide width(const Axis& axis) { return static_cast<Wide>(axis.high) - axis.low; }

double size(const Axis& axis) { return std::max(std::abs(axis.low), std::abs(axis.high)); }

bool is_narrow(const Axis& axis) {
  return width(axis) < std::max<Wide>(kNarrow * static_cast<Wide>(size(axis)), kLeastWidth);
}

void widen(Axis& axis, Wide margin) {
  axis.low = static_cast<double>(std::max<Wide>(axis.low - margin, -kMost));
  axis.high = static_cast<double>(std::min<Wide>(axis.high + margin, kMost));
}

/// Widens an axis whose values cannot be told apart.
void widen_narrow(Axis& axis) { widen(axis, size(axis) < kLeastWidth ? 1 : 0.05L * size(axis)); }

/// Returns the position of a number's first digit: 0 for 1 to 9, -1 for 0.1 to 0.9.
int digit_of(Wide number) { return static_cast<int>(std::floor(std::log10(number) + 1e-9L)); }

Wide step_of(const Axis& axis) {
  const Wide rough = width(axis) / 5, power = std::pow(10.0L, std::floor(std::log10(rough)));
  const Wide step = power * (rough / power < 2 + 1e-9L ? 2 : rough / power < 5 + 1e-9L ? 5 : 10);
  return axis.marks == Axis::Marks::whole ? std::max(1.0L, std::round(step)) : step;
}

std::string date_tick(double days, Wide step) {
  auto text = date_text(step >= 1 ? std::floor(days) : days);
  if (step >= 28) return text.substr(0, text.size() - 3);
  if (step >= 1) return text;
  if (text.find(' ') == std::string::npos) text += " 00:00:00";
  if (text.find('.') == std::string::npos) text += ".000000";
  const auto clock = text.size() - 15;  // where "hh:mm:ss.ffffff" begins
  return step >= kMinute ? text.substr(clock - 6, 11) : text.substr(clock, step >= kSecond ? 8 : 12);
}

/// Returns texts of the numbers, all in one notation: with as many decimals as their step needs, in thousands (k),
/// millions (M) or billions (G), or with an exponent.
std::vector<std::string> number_texts(const std::vector<double>& numbers, Wide step) {
  double largest = static_cast<double>(step);
  for (const double number : numbers) largest = std::max(largest, std::abs(number));
  const bool exponent = step < 1e-4L || step >= 2.5e11L;
  const Wide unit = step >= 2.5e8L ? 1e9L : step >= 2.5e5L ? 1e6L : step >= 1250 ? 1e3L : 1;
  const char* sign = unit == 1e9L ? "G" : unit == 1e6L ? "M" : unit == 1e3L ? "k" : "";
  std::vector<std::string> texts;
  for (const double number : numbers)
    if (number == 0) texts.emplace_back("0");
    else if (exponent) texts.push_back(fmt::format("{:.{}g}", number, digit_of(largest) - digit_of(step) + 1));
    else
      texts.push_back(
          fmt::format("{:.{}f}{}", static_cast<double>(number / unit), std::max(0, -digit_of(step / unit)), sign));
  return texts;
}

bool are_short(const std::vector<std::string>& texts) {
  return std::set(texts.begin(), texts.end()).size() == texts.size() &&
         std::all_of(texts.begin(), texts.end(), [](const auto& text) { return text.size() <= kWidestText; });
}

/// Returns a round number just below the axis.
double offset_of(const Axis& axis) {
  const Wide unit = std::pow(10.0L, digit_of(width(axis)) + 1);
  return static_cast<double>(std::floor(axis.low / unit) * unit);
}

/// Returns the values of ticks as their texts show them.
std::vector<double> in_units(const Ticks& marks) {
  std::vector<double> values;
  for (const double at : marks.at)
    values.push_back(static_cast<double>((static_cast<Wide>(at) - marks.offset) / marks.unit));
  return values;
}

/// Returns the power of ten of the largest number.
double unit_of(const std::vector<double>& numbers) {
  double largest = 0;
  for (const double number : numbers) largest = std::max(largest, std::abs(number));
  return static_cast<double>(std::pow(10.0L, digit_of(largest)));
}

std::vector<double> positions(const Axis& axis, Wide step) {
  const Wide first = std::ceil(axis.low / step - 1e-9L), last = std::floor(axis.high / step + 1e-9L);
  std::vector<double> at;
  for (int i = 0; first + i <= last && i < 8; ++i)
    at.push_back(static_cast<double>(std::clamp<Wide>((first + i) * step, -kMost, kMost)) + 0.0);  // -0 becomes 0
  return at;
}

}  // namespace

double Axis::place(double value) const {
  if (std::isnan(value) || !(high > low)) return 0;
  return static_cast<double>((static_cast<Wide>(std::clamp(value, low, high)) - low) / width(*this));
}

int64_t Axis::bin(double value, int64_t bins) const {
  return std::min(bins - 1, static_cast<int64_t>(place(value) * static_cast<double>(bins)));
}

std::vector<int64_t> Axis::histogram(const at::Tensor& values, int64_t bins) const {
  std::vector<int64_t> counts(static_cast<size_t>(bins));
  const auto flat = values.contiguous();
  for (int64_t i = 0; i < flat.numel(); ++i) ++counts[static_cast<size_t>(bin(flat.const_data_ptr<double>()[i], bins))];
  return counts;
}

Axis axis_of(const std::vector<double>& values, std::string label) {
  Axis axis{INFINITY, -INFINITY, std::move(label)};
  for (const double value : values)
    if (std::isfinite(value)) {
      axis.low = std::min(axis.low, value);
      axis.high = std::max(axis.high, value);
    }
  if (!(axis.low <= axis.high)) return {0, 1, std::move(axis.label)};
  if (is_narrow(axis)) widen_narrow(axis);
  else widen(axis, 0.05L * width(axis));
  return axis;
}

Axis drawable(Axis axis) {
  if (std::isnan(axis.low) || std::isnan(axis.high) || axis.low > axis.high) axis.low = 0, axis.high = 1;
  axis.low = std::clamp(axis.low, -kMost, kMost);
  axis.high = std::clamp(axis.high, -kMost, kMost);
  if (is_narrow(axis)) widen_narrow(axis);
  if (axis.marks == Axis::Marks::date && width(axis) < kMinute) widen(axis, kMinute);
  const bool beyond = axis.marks == Axis::Marks::date ? size(axis) > kMostDays : size(axis) > 100;
  if (beyond && (axis.marks == Axis::Marks::date || axis.marks == Axis::Marks::fraction))
    axis.marks = Axis::Marks::number;
  return axis;
}

Ticks ticks(const Axis& axis) {
  const Wide step = step_of(axis);
  Ticks marks{positions(axis, step), {}};
  if (axis.marks == Axis::Marks::date) {
    for (const double days : marks.at) marks.texts.push_back(date_tick(days, step));
    return marks;
  }
  if (axis.marks == Axis::Marks::fraction) {
    for (const double fraction : marks.at)
      marks.texts.push_back(fmt::format("{:.{}f}%", 100 * fraction, std::max(0, -digit_of(100 * step))));
    return marks;
  }
  marks.texts = number_texts(marks.at, step);
  if (!are_short(marks.texts) && size(axis) >= 1000 * step) marks.offset = offset_of(axis);
  if (marks.offset != 0) marks.texts = number_texts(in_units(marks), step);
  if (are_short(marks.texts)) return marks;
  marks.unit = unit_of(in_units(marks));
  marks.texts = number_texts(in_units(marks), step / marks.unit);
  return marks;
}

std::string label_of(const Axis& axis, const Ticks& marks) {
  auto label = shortened(axis.label, 44);
  if (marks.offset == 0 && marks.unit == 1) return label;
  if (label.empty()) label = "value";
  if (marks.offset != 0)
    label += fmt::format(" {} {}", marks.offset > 0 ? "−" : "+", number(std::abs(marks.offset), 15));
  return marks.unit == 1 ? label : label + fmt::format(" in {:g}", marks.unit);
}

}  // namespace reszoo::page
