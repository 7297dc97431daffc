#include "csv_explain.h"

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

std::string fields_text(size_t count) { return fmt::format("{} {}", count, count == 1 ? "column" : "columns"); }

/// Returns what a row of another width could be; "" if nothing is likely.
std::string width_hint(const CsvLayout& layout, const CsvText& text, const CsvScanner& scanner, size_t row) {
  const auto width = layout.names.size(), found = scanner.fields().size();
  const auto line =
      text.rows.substr(scanner.begin(), text.rows.find_first_of("\r\n", scanner.begin()) - scanner.begin());
  CsvScanner next = scanner;
  const bool is_last = !next.next();
  if (line.starts_with('#') || line.starts_with("//") || line.starts_with('%'))
    return "; the line looks like a comment: leave such lines out";
  if (line.find("\\\"") != std::string_view::npos)
    return "; quotes within a value must be doubled, not behind a backslash";
  if (found == width + 1 && scanner.fields().back().empty())
    return "; the row ends with a delimiter, the header does not";
  if (text.first_row == 1 && row == 0 && found > width && !is_last && next.fields().size() == found)
    return fmt::format(
        "; is \"{}\" a title above the header? --skip-rows 1 leaves that line out",
        escaped(fmt::format("{}", fmt::join(layout.names, std::string(1, layout.dialect.delimiter))), 40));
  if (found < width && is_last)
    return fmt::format("; it is the last row, \"{}\": a footer, or the file is cut off", escaped(line, 40));
  return found > width && layout.dialect.quote != '\0' ? "; a value that holds the delimiter must be in quotes" : "";
}

/// Returns the position of the first byte that is not UTF-8, or of the first NUL.
size_t bad_byte(std::string_view field) {
  for (size_t i = 0; i < field.size();) {
    size_t length = 1;
    while (length <= 4 && !is_utf8(field.substr(i, length))) ++length;
    if (length > 4 || field[i] == '\0') return i;
    i += length;
  }
  return 0;
}

std::string byte_text(std::string_view field) {
  const auto byte = static_cast<unsigned char>(field[bad_byte(field)]);
  return byte == 0 ? "a NUL byte" : fmt::format("the byte 0x{:02x} is not UTF-8", byte);
}

bool is_good(std::string_view field) { return is_utf8(field) && field.find('\0') == std::string_view::npos; }

constexpr std::string_view kWayOut = "--encoding names the encoding, such as latin1, windows-1252 or utf-16";

}  // namespace

void refuse_ragged_row(const CsvLayout& layout, const CsvText& text) {
  CsvScanner scanner(text.rows, layout.dialect);
  for (size_t row = 0; scanner.next(); ++row) {
    const auto found = scanner.fields().size();
    if (found == layout.names.size()) continue;
    const auto number = text.first_row + static_cast<int64_t>(row);
    fail(ErrorKind::input, "{}: row {}: expected {}, got {}{}", layout.subject, number,
         fields_text(layout.names.size()), found, width_hint(layout, text, scanner, row));
  }
}

void refuse_bad_bytes(const CsvLayout& layout, const CsvText& text, const std::vector<std::string>& columns) {
  const auto is_asked = [&](const std::string& name) {
    return columns.empty() || std::find(columns.begin(), columns.end(), name) != columns.end();
  };
  CsvScanner scanner(text.rows, layout.dialect);
  for (int64_t row = text.first_row; scanner.next(); ++row)
    for (size_t i = 0; i < std::min(scanner.fields().size(), layout.names.size()); ++i) {
      const auto field = scanner.fields()[i];
      if (is_good(field) || !is_asked(layout.names[i])) continue;
      fail(ErrorKind::input, "{}: row {}: column \"{}\": {}, got \"{}\"; {}", layout.subject, row, layout.names[i],
           byte_text(field), escaped(field, 40),
           field.find('\0') != std::string_view::npos ? "is the file text, and is it complete?" : kWayOut);
    }
}

void refuse_bad_names(const CsvLayout& layout) {
  for (size_t i = 0; i < layout.names.size(); ++i)
    if (const auto& name = layout.names[i]; !is_good(name))
      fail(ErrorKind::input, "{}: the header: name {}, \"{}\": {}; {}", layout.subject, i + 1, escaped(name, 40),
           byte_text(name), kWayOut);
}

}  // namespace reszoo
