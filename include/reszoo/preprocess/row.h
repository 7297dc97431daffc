/// A row of a table in memory.
#pragma once
#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace reszoo {

/// A number, a text, or a missing value: `{}`, `std::nullopt`, an empty std::optional, NaN and "" are missing.
struct Value : std::variant<double, std::string> {
  using std::variant<double, std::string>::variant;
  Value() : variant(std::numeric_limits<double>::quiet_NaN()) {}
  Value(std::nullopt_t) : Value() {}
  template <typename T>
  Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value()) {}
  Value(const char* words) : variant(std::string(words)) {}
  Value(bool truth) : variant(std::string(truth ? "true" : "false")) {}
  /// An integer beyond 2^53 is text, with all its digits.
  template <std::integral Integer>
  Value(Integer number) : variant(static_cast<double>(number)) {
    constexpr double exact = 9007199254740992;
    if (std::get<double>(*this) > exact || std::get<double>(*this) < -exact) *this = Value(std::to_string(number));
  }
};

/// A row of named values.
using Row = std::map<std::string, Value>;

}  // namespace reszoo
