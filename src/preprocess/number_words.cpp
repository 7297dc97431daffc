#include "reszoo/preprocess/number_words.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "number_word.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "trimmed.h"

namespace reszoo {
namespace {

constexpr std::string_view kCurrencySigns[] = {"$", "€", "£", "¥", "￥", "₹", "₽", "₩",
                                               "₺", "₪", "฿", "₫", "₴",  "₦", "¢"};
constexpr std::string_view kCurrencyCodes[] = {"USD", "EUR", "GBP", "JPY", "CNY", "INR", "CHF", "CAD", "AUD",
                                               "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RUB", "TRY",
                                               "BRL", "MXN", "ZAR", "KRW", "SGD", "HKD", "kr",  "Rs",  "Rs.",
                                               "zł",  "Kč",  "Ft",  "Fr.", "RM",  "Rp"};

}  // namespace

bool is_currency(std::string_view unit) {
  if (std::find(std::begin(kCurrencyCodes), std::end(kCurrencyCodes), unit) != std::end(kCurrencyCodes)) return true;
  for (const auto sign : kCurrencySigns)
    if (unit.ends_with(sign) && unit.size() <= sign.size() + 3) return true;  // also R$, US$
  return false;
}

std::optional<double> number_in(std::string_view word, const NumberNotation& notation) {
  if (notation.decimal == '.' && notation.unit.empty() && !notation.clock)
    if (const auto value = plain_value(word)) return value;  // most words
  return NumberWord(word).value_in(notation);
}

std::optional<std::string> unit_of(std::string_view word) {
  const NumberWord number(word);
  if (const auto& pieces = number.pieces()) return pieces->unit;
  return number_in(word) ? std::optional<std::string>("") : std::nullopt;  // inf
}

bool has_leading_zeros(std::string_view word) {
  word = trimmed(word);
  return word.size() > 1 && word[0] == '0' && word.find_first_not_of(kDigits) == std::string_view::npos;
}

std::optional<std::string> plain_number(std::string_view word) {
  word = trimmed(word);
  if (word.starts_with('+')) word.remove_prefix(1);
  const bool minus = word.starts_with('-');
  auto digits = minus ? word.substr(1) : word;
  if (digits.empty() || (!is_digit(digits[0]) && digits[0] != '.') || has_leading_zeros(digits)) return std::nullopt;
  const auto value = number_in_text<double>(word);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  // Integers keep all digits, which a double may not have.
  const auto point = digits.find('.');
  const auto rest = point == std::string_view::npos ? std::string_view() : digits.substr(point + 1);
  if (point != 0 && digits.substr(0, point).find_first_not_of(kDigits) == std::string_view::npos &&
      rest.find_first_not_of('0') == std::string_view::npos && !has_leading_zeros(digits.substr(0, point)))
    return (minus && *value != 0 ? "-" : "") + std::string(digits.substr(0, point));
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) return std::nullopt;  // 007.5
  return number_text(*value);
}

// Adding 0 turns -0 into 0.
std::string number_text(double value) { return fmt::format("{}", value + 0.0); }

std::string text_of(const NumberNotation& notation) {
  std::vector<std::string> parts;
  if (notation.clock) parts.emplace_back("in seconds of the day");
  if (notation.decimal != '.') parts.push_back(fmt::format("with the decimal point \"{}\"", notation.decimal));
  if (notation.thousands != '\0') parts.push_back(fmt::format("with \"{}\" between thousands", notation.thousands));
  if (!notation.unit.empty()) parts.push_back(fmt::format("without \"{}\"", notation.unit));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace reszoo
