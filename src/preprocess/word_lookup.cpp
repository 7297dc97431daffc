#include "reszoo/preprocess/word_lookup.h"

#include <algorithm>

#include "reszoo/preprocess/date_words.h"
#include "reszoo/preprocess/number_words.h"
#include "trimmed.h"

namespace reszoo {
namespace {

std::string in_lower_case(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return word;
}

bool is_boolean(const std::string& lower) { return lower == "true" || lower == "false"; }

}  // namespace

std::string plain_word(const std::string& word) {
  if (auto number = plain_number(word)) return *number;
  if (const auto date = date_in(word)) return date_text(*date);
  std::string plain(trimmed(word));
  const auto lower = in_lower_case(plain);
  return is_boolean(lower) ? lower : plain;
}

WordLookup::WordLookup(const std::vector<std::string>& words) {
  bool booleans = true, digits = true;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto place = static_cast<int64_t>(i);
    exact_.emplace(words[i], place);
    const auto plain = plain_word(words[i]);
    const auto [found, fresh] = alike_.emplace(plain, place);
    if (!fresh) found->second = -1;  // two words fit
    booleans = booleans && (plain.empty() || is_boolean(plain));
    digits = digits && (plain.empty() || plain == "0" || plain == "1");
  }
  const auto also = [&](const std::string& word, const std::string& as) {
    if (const auto found = alike_.find(as); found != alike_.end()) alike_.emplace(word, found->second);
  };
  for (const auto& [truth, digit] : {std::pair("false", "0"), std::pair("true", "1")}) {
    if (booleans) also(digit, truth);
    if (digits) also(truth, digit);
  }
}

int64_t WordLookup::find(const std::string& word) const {
  if (const auto found = exact_.find(word); found != exact_.end()) return found->second;
  if (word.empty()) return -1;
  const auto found = alike_.find(plain_word(word));
  return found == alike_.end() ? -1 : found->second;
}

}  // namespace reszoo
