/// Helpers for messages.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Returns the candidate with the smallest edit distance to `word`, or "" if none is near (more than a third of the
/// letters differ).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Returns `; did you mean X?` for the nearest candidate, or "" if none is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// Joins at most `most` items with ", ", and adds how many more there are.
std::string list(const std::vector<std::string>& items, size_t most = 10);

/// Makes text from a file that is not trusted safe for a message: it is cut off after `most` bytes, and bytes that are
/// not escaped ASCII become `?`.
std::string escaped(std::string_view text, size_t most = 80);

/// Whether the bytes are valid UTF-8: shortest forms, up to U+10FFFF, no surrogates.
bool is_utf8(std::string_view text);

}  // namespace reszoo
