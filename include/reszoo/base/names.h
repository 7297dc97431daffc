/// Tables of the names of enum values, for parsing and printing.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {

/// A row of a name table. A table with more columns is an array of any struct that has these two members.
template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

/// Joins names to "a", "a or b", or "a, b or c".
std::string alternatives(const std::vector<std::string>& names);

/// Throws an Error (usage) that lists the names and suggests the nearest one.
[[noreturn]] void refuse_name(std::string_view what, const std::vector<std::string>& names, std::string_view text);

template <typename Row, size_t N>
std::vector<std::string> names_of(const Row (&table)[N]) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

/// Returns the value named `text`, or nothing for any other text.
template <typename Row, size_t N>
auto find_name(const Row (&table)[N], std::string_view text) {
  std::optional<decltype(table[0].value)> found;
  for (const auto& row : table)
    if (row.name == text) found = row.value;
  return found;
}

/// Returns the value named `text`.
///
///     constexpr Named<Color> kColors[] = {{"red", Color::red}, {"green", Color::green}};
///     parse_name("color", kColors, "gren");  // color: must be red or green, got "gren"; did you mean green?
///
/// Throws: Error (usage) for any other text.
template <typename Row, size_t N>
auto parse_name(std::string_view what, const Row (&table)[N], std::string_view text) {
  if (const auto found = find_name(table, text)) return *found;
  refuse_name(what, names_of(table), text);
}

/// Returns the row of a value. Throws: Error (usage) for a value that has no row.
template <typename Row, size_t N, typename Value>
const Row& row_of(const Row (&table)[N], Value value) {
  for (const auto& row : table)
    if (row.value == value) return row;
  fail(ErrorKind::usage, "names: must be {}, got the value {}", alternatives(names_of(table)), static_cast<int>(value));
}

/// Returns the name of a value. Throws: Error (usage) for a value that has no row.
template <typename Row, size_t N, typename Value>
std::string name_of(const Row (&table)[N], Value value) {
  return std::string(row_of(table, value).name);
}

}  // namespace reszoo
