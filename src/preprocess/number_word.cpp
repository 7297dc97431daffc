// Takes words that may be numbers apart.
#include "number_word.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "reszoo/base/number.h"
#include "reszoo/preprocess/date_words.h"
#include "trimmed.h"

namespace reszoo {
namespace {

constexpr size_t kLongestUnit = 12;

// Letters that look like an ASCII one: spaces of several widths, the minus sign, the en dash, the typographic
// apostrophe.
constexpr std::pair<std::string_view, char> kLookalikes[] = {
    {"\xc2\xa0", ' '},     {"\xe2\x80\xaf", ' '}, {"\xe2\x80\x89", ' '}, {"\xe2\x80\x87", ' '},
    {"\xe3\x80\x80", ' '}, {"\xe2\x88\x92", '-'}, {"\xe2\x80\x93", '-'}, {"\xe2\x80\x99", '\''}};

/// Replaces lookalikes by ASCII letters.
std::string in_ascii(std::string_view word) {
  std::string text(word);
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return text;
  for (const auto& [from, to] : kLookalikes)
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) text.replace(at, from.size(), 1, to);
  // The full-width forms of ! to ? are EF BC 81 to EF BC 9F.
  for (size_t at = 0; (at = text.find("\xef\xbc", at)) != std::string::npos; ++at)
    if (const auto last = static_cast<unsigned char>(text[std::min(at + 2, text.size() - 1)]);
        last >= 0x81 && last < 0xa0)
      text.replace(at, 3, 1, static_cast<char>(last - 0x60));
  return text;
}

/// Takes a leading sign off; returns whether it was a minus.
bool take_sign(std::string_view& text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return false;
  const bool minus = text[0] == '-';
  text = trimmed(text.substr(1));
  return minus;
}

/// Takes brackets off; returns whether there were any.
bool take_brackets(std::string_view& text) {
  if (text.size() <= 2 || text.front() != '(' || text.back() != ')') return false;
  text = trimmed(text.substr(1, text.size() - 2));
  return true;
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

std::optional<NumberPieces> pieces_of(std::string_view word) {
  const auto ascii = in_ascii(word);
  auto text = trimmed(ascii);
  NumberPieces pieces;
  bool brackets = take_brackets(text);
  pieces.negative = take_sign(text);
  const auto first = text.find_first_of("0123456789.,-+(");
  if (first == std::string_view::npos) return std::nullopt;
  const auto before = trimmed(text.substr(0, first));
  if (!before.empty() && !is_currency(before)) return std::nullopt;
  text = text.substr(first);
  if (!before.empty() && text.starts_with(". ")) text = trimmed(text.substr(1));  // Rs. 500
  if (!before.empty()) {
    brackets = take_brackets(text) || brackets;  // $(5)
    pieces.negative = take_sign(text) || pieces.negative;
  }
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

std::optional<double> value_of(const NumberPieces& pieces, const NumberNotation& notation) {
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

std::optional<double> plain_value(std::string_view word) {
  auto plain = trimmed(word);
  if (plain.starts_with('+') && plain.size() > 1 && plain[1] != '-') plain.remove_prefix(1);
  return number_in_text<double>(plain);
}

NumberWord::NumberWord(std::string_view word) : word_(word), pieces_(pieces_of(word)) {}

std::optional<double> NumberWord::value_in(const NumberNotation& notation) const {
  if (notation.clock) return clock_seconds(trimmed(word_));
  if (notation.decimal == '.' && notation.unit.empty())
    if (const auto value = plain_value(word_)) return value;
  if (!pieces_) return std::nullopt;
  const bool lacks = pieces_->unit.empty() && is_currency(notation.unit);
  if (pieces_->unit != notation.unit && !lacks) return std::nullopt;
  return value_of(*pieces_, notation);
}

}  // namespace reszoo
