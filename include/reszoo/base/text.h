/// Text utilities for messages.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Returns the candidate with the smallest edit distance to `word`, or "" if every candidate differs in more than a
/// third of its letters.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Returns `; did you mean X?` for the nearest candidate, or "" if no candidate is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// Joins at most `most` items with ", ", and appends how many more there are.
std::string list(const std::vector<std::string>& items, size_t most = 10);

/// Returns the first words that are the same but for case and spaces around them: {"Yes", "yes"}; {} if there are none.
std::vector<std::string> look_alikes(const std::vector<std::string>& words);

/// Escapes text from an untrusted file for a message: it is cut off after `most` bytes, and bytes other than printable
/// ASCII are replaced by `?`.
std::string escaped(std::string_view text, size_t most = 80);

/// Returns whether the bytes are valid UTF-8: shortest forms, up to U+10FFFF, no surrogates.
bool is_utf8(std::string_view text);

/// Returns the text with a replacement character (U+FFFD) for each byte that is not part of valid UTF-8.
std::string valid_utf8(std::string_view text);

}  // namespace reszoo
