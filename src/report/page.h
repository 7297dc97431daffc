// HTML elements of a report's page. All functions return HTML.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo::page {

/// The page's style sheet.
extern const char* const style_sheet;

/// Escapes text for HTML. Bytes that are no UTF-8, and control characters, become the replacement character.
std::string escape(std::string_view text);

/// Truncates text to this many characters (not bytes), with an ellipsis.
std::string shortened(std::string_view text, size_t most);

/// Returns an escaped name; a long one is truncated and shown in full as a tooltip.
std::string name(std::string_view text, size_t most = 32);

/// Formats a number with this many digits and thousands separators: 53,940, 548.3, 0.03127, 2.5e-06.
std::string number(double value, int digits = 4);

/// Formats numbers with as many digits as it takes to tell different ones apart, at least 4. NaN is not allowed.
std::vector<std::string> numbers_apart(const std::vector<double>& values);

/// Formats an integer with thousands separators.
std::string count(int64_t value);

/// Formats a fraction as a percentage: 98.1 %.
std::string percent(double fraction);

struct TableColumn {
  std::string header;
  bool numbers = false;  ///< whether the column is aligned to the right
};

/// Returns a table whose cells are HTML; the row `marked` is highlighted. Wide tables scroll.
std::string table(const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows,
                  int64_t marked = -1);

/// Returns a note that the first `shown` of `all` things are shown; nothing if that is all of them.
std::string first_of(size_t shown, size_t all, std::string_view things);

/// Returns a box with a caption and, next to it, a number or a word.
std::string figure(std::string_view caption, std::string_view aside, std::string_view body, std::string_view note = "");

/// Returns boxes side by side, as many per line as fit.
std::string side_by_side(const std::vector<std::string>& boxes);

/// Returns a section of the page, or nothing if the body is empty.
std::string section(std::string_view title, std::string_view body, std::string_view introduction = "");

}  // namespace reszoo::page
