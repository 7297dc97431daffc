/// Values written as `name:bare,key=value,…`: tables of keys, read and printed.
#pragma once
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reszoo/base/names.h"
#include "reszoo/base/number.h"

namespace reszoo::detail {

/// Which numbers fit: "[0, 1)".
struct Range {
  double low, high;
  bool with_low, with_high;

  bool has(double value) const {
    return std::isfinite(value) && (with_low ? value >= low : value > low) &&
           (with_high ? value <= high : value < high);
  }
  std::string text() const {
    const auto end = std::isinf(high) ? std::string("infinity") : fmt::format("{}", high);
    return fmt::format("{}{}, {}{}", with_low ? '[' : '(', low, end, with_high ? ']' : ')');
  }
};

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A key and where its value stands; whole numbers stand in an int64_t.
template <typename Struct>
struct Key {
  std::string_view name;
  std::variant<double Struct::*, int64_t Struct::*> place;
  Range range;
};

/// A key's value in the text; the key is empty where it was left out.
struct Item {
  std::string_view key, value;
};

/// The part behind the colon, at its commas.
inline std::vector<Item> items_of(std::string_view text) {
  std::vector<Item> items;
  for (size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto item = text.substr(begin, end - begin);
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) items.push_back({{}, item});
    else items.push_back({item.substr(0, equals), item.substr(equals + 1)});
    begin = end + 1;
  }
  return items;
}

/// The number of a key. Throws: Error (usage): `Schedule: warmup of cosine must be in [0, 1), got warmup=2`.
inline double number_of(std::string_view subject, std::string_view name, std::string_view key, std::string_view text,
                        const Range& range, bool whole = false) {
  const auto value = number_in_text<double>(text);
  if (!value || !range.has(*value) || (whole && *value != std::floor(*value)))
    fail(ErrorKind::usage, "{}: {} of {} must be {}in {}, got {}={}", subject, key, name, whole ? "whole and " : "",
         range.text(), key, text);
  return *value;
}

/// Throws the Error (usage) for a key that `name` does not have.
[[noreturn]] inline void refuse_key(std::string_view subject, std::string_view name,
                                    const std::vector<std::string>& known, std::string_view key) {
  fail(ErrorKind::usage, "{}: key of {} must be {}, got \"{}\"{}", subject, name, alternatives(known), key,
       suggestion(key, known));
}

/// Puts an item's value into its place.
/// Throws: Error (usage) for a value out of its range.
template <typename Struct>
void put(std::string_view subject, std::string_view name, const Key<Struct>& key, std::string_view text, Struct& to) {
  const bool whole = std::holds_alternative<int64_t Struct::*>(key.place);
  const auto value = number_of(subject, name, key.name, text, key.range, whole);
  if (whole) to.*std::get<int64_t Struct::*>(key.place) = static_cast<int64_t>(value);
  else to.*std::get<double Struct::*>(key.place) = value;
}

/// `key=value` where the value is not the usual one, else "".
template <typename Struct>
std::string text_of(const Key<Struct>& key, const Struct& from, bool bare) {
  return std::visit(
      [&](auto place) {
        if (from.*place == Struct{}.*place) return std::string();
        return bare ? fmt::format("{}", from.*place) : fmt::format("{}={}", key.name, from.*place);
      },
      key.place);
}

/// The name and what belongs behind it.
inline std::string joined(std::string_view name, const std::vector<std::string>& items) {
  return items.empty() ? std::string(name) : fmt::format("{}:{}", name, fmt::join(items, ","));
}

}  // namespace reszoo::detail
