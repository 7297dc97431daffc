/// Names files that people take for tables. Private.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// Returns what a file is that begins with `start` and is no table, and what to do about it: "is an Excel workbook;
/// save the sheet as CSV". Returns "" if the content is not known.
std::string foreign_kind(std::string_view start);

/// Throws an Error (file) that begins with `subject` for content that `foreign_kind` knows.
void refuse_foreign(std::string_view start, const std::string& subject);

/// Returns whether the content looks like rows of text: a line and the beginning of another, in UTF-8 or another
/// extension of ASCII, without control characters.
bool looks_like_rows(std::string_view start);

}  // namespace reszoo
