/// Small helpers for messages.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Returns the candidate that is nearest to `word` in edit distance, or "" when
/// none is near (more than a third of its letters differ).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Returns `; did you mean X?` for a near candidate, or "".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// Joins at most `most` items with ", " and says how many more there are.
std::string list(const std::vector<std::string>& items, size_t most = 10);

/// Text of a file that is not trusted, for a message: cut off after `most` bytes,
/// and what is no printable ASCII shown as `?`.
std::string printable(std::string_view text, size_t most = 80);

/// Whether the bytes are UTF-8: the shortest forms, up to U+10FFFF, no surrogates.
bool is_utf8(std::string_view text);

}  // namespace reszoo
