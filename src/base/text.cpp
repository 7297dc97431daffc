#include "reszoo/base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <utility>

namespace reszoo {
namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

/// Returns the number of bytes of the UTF-8 character at the beginning of a text; 0 if there is none.
size_t character_length(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  const size_t length = first < 0x80   ? 1
                        : first < 0xc0 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf8 ? 4
                                       : 0;
  if (length == 0 || text.size() < length) return 0;
  uint32_t code = length == 1 ? first : first & (0xffU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if ((byte & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3f);
  }
  constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};  // smallest code point by length
  if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
  return length;
}

/// Returns the letters in lower case, without the spaces around them.
std::string plain_letters(std::string_view word) {
  const auto first = word.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  std::string letters(word.substr(first, word.find_last_not_of(' ') - first + 1));
  std::transform(letters.begin(), letters.end(), letters.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return letters;
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  for (const auto& candidate : candidates)
    if (plain_letters(candidate) == plain_letters(word)) return candidate;
  std::string best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < word.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const auto best = nearest(word, candidates);
  return best.empty() ? "" : fmt::format("; did you mean {}?", best);
}

std::string list(const std::vector<std::string>& items, size_t most) {
  const size_t shown = std::min(items.size(), most);
  auto text = fmt::format("{}", fmt::join(items.begin(), items.begin() + shown, ", "));
  if (shown < items.size()) text += fmt::format(" and {} more", items.size() - shown);
  return text;
}

std::vector<std::string> look_alikes(const std::vector<std::string>& words) {
  std::map<std::string, std::vector<std::string>> spellings;
  for (const auto& word : words) spellings[plain_letters(word)].push_back(word);
  for (const auto& [plain, alike] : spellings)
    if (alike.size() > 1) return alike;
  return {};
}

std::string escaped(std::string_view text, size_t most) {
  std::string shown(text.substr(0, most));
  for (char& letter : shown)
    if (letter < ' ' || letter > '~') letter = '?';
  return text.size() > most ? shown + "…" : shown;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const auto length = character_length(text);
    if (length == 0) valid += "\uFFFD";
    else valid += text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return valid;
}

}  // namespace reszoo
