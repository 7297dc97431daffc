/// Parses and formats texts like `name:bare,key=value,…` by means of a table of keys.
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

/// The values that are allowed: "[0, 1)".
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

/// A key, the member of Struct that holds its value (int64_t for integers), and the range of its values.
template <typename Struct>
struct Key {
  std::string_view name;
  std::variant<double Struct::*, int64_t Struct::*, std::optional<double> Struct::*> member;
  Range range;
};

/// One item of a text; the key is empty for a bare value.
struct Item {
  std::string_view key, value;
};

/// Splits the text after the colon at its commas.
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

/// Parses the value of a key.
/// Throws: Error (usage): `Schedule: warmup of cosine must be in [0, 1), got warmup=2`.
inline double number_of(std::string_view subject, std::string_view name, std::string_view key, std::string_view text,
                        const Range& range, bool whole = false) {
  const auto value = number_in_text<double>(text);
  if (!value || !range.has(*value) || (whole && *value != std::floor(*value)))
    fail(ErrorKind::usage, "{}: {} of {} must be {}in {}, got {}={}", subject, key, name, whole ? "whole and " : "",
         range.text(), key, text);
  return *value;
}

/// Throws: Error (usage) for a key that `name` does not have.
[[noreturn]] inline void refuse_key(std::string_view subject, std::string_view name,
                                    const std::vector<std::string>& known, std::string_view key) {
  fail(ErrorKind::usage, "{}: key of {} must be {}, got \"{}\"{}", subject, name, alternatives(known), key,
       suggestion(key, known));
}

/// Returns the key with this name among the keys of `subject name`.
/// Throws: Error (usage) if there is none.
template <typename Keys>
const auto& key_named(std::string_view subject, std::string_view name, const Keys& keys, std::string_view text) {
  std::vector<std::string> known;
  for (const auto& key : keys) {
    if (key.name == text) return key;
    known.emplace_back(key.name);
  }
  refuse_key(subject, name, known, text);
}

/// Sets the member of `to` that belongs to the key.
/// Throws: Error (usage) for a value out of its range.
template <typename Struct>
void put(std::string_view subject, std::string_view name, const Key<Struct>& key, std::string_view text, Struct& to) {
  const bool whole = std::holds_alternative<int64_t Struct::*>(key.member);
  const auto value = number_of(subject, name, key.name, text, key.range, whole);
  std::visit([&](auto member) { to.*member = static_cast<std::decay_t<decltype(to.*member)>>(value); }, key.member);
}

/// Parses the items after a colon. The first one may be bare; it is then the value of the first key.
/// Throws: Error (usage) for an unknown key or a value out of its range.
template <typename Keys, typename Struct>
void put_all(std::string_view subject, std::string_view name, const Keys& keys, std::string_view text, Struct& to) {
  if (std::size(keys) == 0) fail(ErrorKind::usage, "{}: {} has no keys, got \"{}\"", subject, name, text);
  const auto items = items_of(text);
  for (size_t i = 0; i < items.size(); ++i) {
    const bool bare = i == 0 && items[i].key.empty();
    put(subject, name, bare ? *std::begin(keys) : key_named(subject, name, keys, items[i].key), items[i].value, to);
  }
}

/// Formats `key=value`, or only the value if `bare`; "" for the default value.
template <typename Struct>
std::string text_of(const Key<Struct>& key, const Struct& from, bool bare) {
  const auto text = [&](double value) {
    return bare ? fmt::format("{}", value) : fmt::format("{}={}", key.name, value);
  };
  return std::visit(
      [&](auto member) {
        if (from.*member == Struct{}.*member) return std::string();
        if constexpr (std::is_same_v<decltype(member), std::optional<double> Struct::*>) return text(*(from.*member));
        else return bare ? fmt::format("{}", from.*member) : fmt::format("{}={}", key.name, from.*member);
      },
      key.member);
}

/// Formats the name, followed by a colon and the items if there are any.
inline std::string joined(std::string_view name, const std::vector<std::string>& items) {
  return items.empty() ? std::string(name) : fmt::format("{}:{}", name, fmt::join(items, ","));
}

}  // namespace reszoo::detail
