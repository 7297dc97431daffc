#include "page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reszoo/base/text.h"

namespace reszoo::page {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

}  // namespace

std::string escape(std::string_view text) {
  std::string safe;
  for (const char c : valid_utf8(text)) switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\n':
      case '\t': safe += c; break;
      default:
        if (is_control(c)) safe += "\uFFFD";
        else safe += c;
    }
  return safe;
}

std::string shortened(std::string_view text, size_t most) {
  // First byte of a UTF-8 character.
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto some = valid_utf8(text.substr(0, 4 * (most + 1)));  // a character has at most 4 bytes
  size_t characters = 0, cut = 0;
  for (size_t i = 0; i < some.size(); ++i) {
    if (!begins(some[i])) continue;
    if (characters == most - 1) cut = i;
    if (++characters > most) return some.substr(0, cut) + "…";
  }
  return some;
}

std::string name(std::string_view text, size_t most) {
  const auto brief = shortened(text, most);
  if (brief == text) return escape(brief);
  return fmt::format(R"(<span title="{}">{}</span>)", escape(shortened(text, 400)), escape(brief));
}

namespace {

/// Inserts a comma between thousands, before the decimal point.
std::string with_commas(std::string digits) {
  const auto point = std::min(digits.find('.'), digits.size());
  for (auto at = static_cast<int64_t>(point) - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

}  // namespace

std::string count(int64_t value) {
  const auto digits = fmt::format("{}", value);
  return value < 0 ? "−" + with_commas(digits.substr(1)) : with_commas(digits);
}

std::string number(double value, int digits) {
  if (!std::isfinite(value)) return "not defined";
  const double size = std::abs(value);
  const std::string sign = value < 0 ? "−" : "";
  if (size >= std::pow(10, std::max(9, digits)) || (size > 0 && size < 1e-4))
    return sign + fmt::format("{:.{}g}", size, digits - 1);
  if (size < 1) return sign + fmt::format("{:.{}g}", size, digits);
  const int decimals = std::max(0, digits - 1 - static_cast<int>(std::log10(size)));
  auto text = fmt::format("{:.{}f}", size, decimals);
  if (decimals > 0) text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return sign + with_commas(std::move(text));
}

std::vector<std::string> numbers_apart(const std::vector<double>& values) {
  const auto different = std::set(values.begin(), values.end()).size();
  std::vector<std::string> texts;
  for (int digits = 4; digits <= 17; ++digits) {
    texts.clear();
    for (const double value : values) texts.push_back(number(value, digits));
    if (std::set(texts.begin(), texts.end()).size() == different) break;
  }
  return texts;
}

std::string percent(double fraction) {
  const double value = 100 * fraction;
  if (!std::isfinite(value)) return "not defined";
  if (std::abs(value) >= 1e6) return number(value) + "\u00A0%";
  const bool near_an_end = value > 99.5 && value < 100;
  return fmt::format("{:.{}f}\u00A0%", value, near_an_end ? 2 : value != 0 && std::abs(value) < 0.1 ? 3 : 1);
}

std::string table(const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows,
                  int64_t marked) {
  std::string html = "<div class=\"scroll\"><table>\n<tr>";
  const auto side = [](const TableColumn& column) { return column.numbers ? " class=\"number\"" : ""; };
  for (const auto& column : columns) html += fmt::format("<th{}>{}</th>", side(column), name(column.header, 60));
  html += "</tr>\n";
  for (size_t row = 0; row < rows.size(); ++row) {
    html += static_cast<int64_t>(row) == marked ? "<tr class=\"marked\">" : "<tr>";
    for (size_t i = 0; i < rows[row].size(); ++i)
      html += fmt::format("<td{}>{}</td>", i < columns.size() ? side(columns[i]) : "", rows[row][i]);
    html += "</tr>\n";
  }
  return html + "</table></div>";
}

std::string first_of(size_t shown, size_t all, std::string_view things) {
  if (shown >= all) return "";
  return fmt::format("<p class=\"note\">The first {} of {} {}.</p>\n", shown, count(static_cast<int64_t>(all)), things);
}

std::string figure(std::string_view caption, std::string_view aside, std::string_view body, std::string_view note) {
  auto html = fmt::format("<figure><figcaption>{}", caption);
  if (!aside.empty()) html += fmt::format("<span>{}</span>", aside);
  html += fmt::format("</figcaption>{}", body);
  if (!note.empty()) html += fmt::format("<p class=\"note\">{}</p>", note);
  return html + "</figure>\n";
}

std::string side_by_side(const std::vector<std::string>& boxes) {
  std::string html = "<div class=\"boxes\">\n";
  for (const auto& box : boxes) html += box;
  return html + "</div>\n";
}

std::string section(std::string_view title, std::string_view body, std::string_view introduction) {
  if (body.empty()) return "";
  auto html = fmt::format("<section><h2>{}</h2>\n", escape(title));
  if (!introduction.empty()) html += fmt::format("<p class=\"about\">{}</p>\n", introduction);
  return html + std::string(body) + "</section>\n";
}

}  // namespace reszoo::page
