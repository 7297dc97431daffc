// The words and boxes of a report's page. All functions give HTML.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo::page {

/// The page's style sheet.
extern const char* const style_sheet;

/// The text with nothing left that HTML would read as more than text.
std::string escape(std::string_view text);

/// The text, cut to so many characters (not bytes) with an ellipsis.
std::string shortened(std::string_view text, size_t most);

/// A name, escaped; a long one is cut and shown whole where the pointer rests.
std::string name(std::string_view text, size_t most = 32);

/// A figure of so many digits, thousands apart: 53,940, 548.3, 0.03127, 2.5e-06.
std::string number(double value, int digits = 4);

/// A whole number, thousands apart.
std::string count(int64_t value);

/// A fraction in percent: 98.1 %.
std::string percent(double fraction);

struct TableColumn {
  std::string header;
  bool numbers = false;  ///< aligned to the right
};

/// A table of cells, which are HTML; the row `marked` stands out. Wide ones scroll.
std::string table(const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows,
                  int64_t marked = -1);

/// A box with a caption and, beside it, a figure or a word.
std::string figure(std::string_view caption, std::string_view aside, std::string_view body, std::string_view note = "");

/// Boxes side by side, as many as there is room for.
std::string side_by_side(const std::vector<std::string>& boxes);

/// A part of the page. Nothing without a body.
std::string section(std::string_view title, std::string_view body, std::string_view introduction = "");

}  // namespace reszoo::page
