#include "reszoo/preprocess/number_words.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr size_t kLongestUnit = 12;

// Letters that look like an ASCII one: spaces of several widths, the minus sign, the typographic apostrophe.
constexpr std::pair<std::string_view, char> kLookalikes[] = {
    {"\xc2\xa0", ' '}, {"\xe2\x80\xaf", ' '}, {"\xe2\x80\x89", ' '}, {"\xe2\x88\x92", '-'}, {"\xe2\x80\x99", '\''}};

constexpr std::string_view kCurrencySigns[] = {"$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₪", "฿", "₫", "₴", "₦", "¢"};
constexpr std::string_view kCurrencyCodes[] = {"USD", "EUR", "GBP", "JPY", "CNY", "INR", "CHF", "CAD", "AUD",
                                               "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RUB", "TRY",
                                               "BRL", "MXN", "ZAR", "KRW", "SGD", "HKD", "kr",  "Rs",  "Rs.",
                                               "zł",  "Kč",  "Ft",  "Fr.", "RM",  "Rp"};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Replaces lookalikes by ASCII letters.
std::string in_ascii(std::string_view word) {
  std::string text(word);
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return text;
  for (const auto& [from, to] : kLookalikes)
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) text.replace(at, from.size(), 1, to);
  return text;
}

/// A word taken apart: sign, the text around the number, and its digits with their separators.
struct Pieces {
  bool negative = false;
  std::string unit, digits;
};

/// Takes a leading sign off; returns whether it was a minus.
bool take_sign(std::string_view& text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return false;
  const bool minus = text[0] == '-';
  text = trimmed(text.substr(1));
  return minus;
}

/// Returns the length of the digits at the beginning: separators count if a digit follows.
size_t digits_at(std::string_view text) {
  size_t end = 0;
  const auto digit = [&](size_t i) { return i < text.size() && is_digit(text[i]); };
  while (digit(end) || (end < text.size() && std::string_view(".,' ").find(text[end]) != std::string_view::npos &&
                        digit(end + 1) && (end > 0 || text[end] == '.' || text[end] == ',')))
    ++end;
  if (end > 0 && end < text.size() && text[end] == '.') ++end;  // 5.
  const bool exponent = end > 0 && end < text.size() && (text[end] == 'e' || text[end] == 'E');
  const size_t sign = exponent && end + 1 < text.size() && (text[end + 1] == '-' || text[end + 1] == '+');
  if (exponent && digit(end + 1 + sign))
    for (end += 1 + sign; digit(end);) ++end;
  return end;
}

std::optional<Pieces> pieces_of(std::string_view word) {
  const auto ascii = in_ascii(word);
  auto text = trimmed(ascii);
  Pieces pieces;
  const bool brackets = text.size() > 2 && text.front() == '(' && text.back() == ')';
  if (brackets) text = trimmed(text.substr(1, text.size() - 2));
  pieces.negative = take_sign(text);
  const auto first = text.find_first_of("0123456789.,-+");
  if (first == std::string_view::npos) return std::nullopt;
  const auto before = trimmed(text.substr(0, first));
  if (!before.empty() && !is_currency(before)) return std::nullopt;
  text = text.substr(first);
  if (!before.empty() && text.starts_with(". ")) text = trimmed(text.substr(1));  // Rs. 500
  if (!before.empty()) pieces.negative = take_sign(text) || pieces.negative;
  const auto end = digits_at(text);
  if (text.substr(0, end).find_first_of(kDigits) == std::string_view::npos) return std::nullopt;
  pieces.digits = text.substr(0, end);
  auto after = trimmed(text.substr(end));
  if (after.starts_with('-') && !pieces.negative) {
    pieces.negative = true;
    after = trimmed(after.substr(1));
  }
  if (after.size() > kLongestUnit || after.find_first_of("0123456789-:/.,()") == 0 ||
      after.find_first_of(kDigits) != std::string_view::npos || (!before.empty() && !after.empty()))
    return std::nullopt;
  pieces.unit = before.empty() ? after : before;
  if (brackets && pieces.negative) return std::nullopt;
  pieces.negative = pieces.negative || brackets;
  return pieces;
}

/// Returns the digits of whole groups, or nothing if the groups have other lengths.
std::optional<std::string> without_groups(std::string_view text, char separator) {
  std::vector<std::string_view> groups;
  for (size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(separator, begin), text.size());
    groups.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  std::string digits;
  const size_t middle = groups.size() > 2 ? groups[1].size() : 3;
  for (size_t i = 0; i < groups.size(); ++i) {
    const size_t size = groups[i].size();
    const bool last = i + 1 == groups.size();
    const bool fits = i == 0 ? size >= 1 && size <= middle && groups[i][0] != '0' : size == (last ? 3 : middle);
    if (!fits || (middle != 2 && middle != 3)) return std::nullopt;
    digits += groups[i];
  }
  return digits;
}

std::optional<double> value_of(const Pieces& pieces, const NumberNotation& notation) {
  std::string_view digits = pieces.digits;
  const auto mark = digits.find(notation.decimal);
  auto whole = std::string(digits.substr(0, mark));
  const auto rest = mark == std::string_view::npos ? std::string_view() : digits.substr(mark + 1);
  if (notation.thousands != '\0' && whole.find(notation.thousands) != std::string::npos) {
    const auto joined = without_groups(whole, notation.thousands);
    if (!joined) return std::nullopt;
    whole = *joined;
  }
  constexpr std::string_view marks = ".,' ";
  if (whole.find_first_of(marks) != std::string::npos || rest.find_first_of(marks) != std::string_view::npos)
    return std::nullopt;
  const auto plain = mark == std::string_view::npos ? whole : whole + "." + std::string(rest);
  const auto value = number_in_text<double>(plain);
  if (!value) return std::nullopt;
  return pieces.negative ? -*value : *value;
}

}  // namespace

bool is_currency(std::string_view unit) {
  if (std::find(std::begin(kCurrencyCodes), std::end(kCurrencyCodes), unit) != std::end(kCurrencyCodes)) return true;
  for (const auto sign : kCurrencySigns)
    if (unit.ends_with(sign) && unit.size() <= sign.size() + 3) return true;  // also R$, US$
  return false;
}

std::optional<double> number_in(std::string_view word, const NumberNotation& notation) {
  if (notation.clock) return clock_seconds(trimmed(word));
  if (notation.decimal == '.' && notation.unit.empty()) {
    auto plain = trimmed(word);
    if (plain.starts_with('+') && plain.size() > 1 && plain[1] != '-') plain.remove_prefix(1);
    if (const auto value = number_in_text<double>(plain)) return value;
  }
  const auto pieces = pieces_of(word);
  if (!pieces) return std::nullopt;
  const bool lacks = pieces->unit.empty() && is_currency(notation.unit);
  if (pieces->unit != notation.unit && !lacks) return std::nullopt;
  return value_of(*pieces, notation);
}

std::optional<std::string> unit_of(std::string_view word) {
  const auto pieces = pieces_of(word);
  if (pieces) return pieces->unit;
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

std::string text_of(const NumberNotation& notation) {
  std::vector<std::string> parts;
  if (notation.clock) parts.emplace_back("in seconds of the day");
  if (notation.decimal != '.') parts.push_back(fmt::format("with the decimal point \"{}\"", notation.decimal));
  if (notation.thousands != '\0') parts.push_back(fmt::format("with \"{}\" between thousands", notation.thousands));
  if (!notation.unit.empty()) parts.push_back(fmt::format("without \"{}\"", notation.unit));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace reszoo
