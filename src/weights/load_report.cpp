#include "reszoo/weights/load_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "reszoo/base/text.h"
#include "reszoo/weights/key_fit.h"

namespace reszoo {
namespace {

constexpr size_t kShown = 3;

struct Row {
  std::string name;
  size_t count;
  std::string keys;
};

/// Returns a row for each kind of keys that occurs. For loaded keys only the count is shown.
std::vector<Row> rows_of(const LoadReport& report) {
  std::vector<std::string> mismatched;
  for (const auto& item : report.mismatched)
    mismatched.push_back(fmt::format("{} expected ({}) found ({})", item.key, fmt::join(item.expected, ", "),
                                     fmt::join(item.found, ", ")));
  std::vector<Row> rows{{"loaded", report.loaded.size(), report.key_remap}};
  const auto add = [&](const std::string& name, const std::vector<std::string>& keys) {
    if (!keys.empty()) rows.push_back({name, keys.size(), list(keys, kShown)});
  };
  add("missing", report.missing);
  add("unexpected", report.unexpected);
  add("mismatched", mismatched);
  add("adapted", report.adapted);
  add("ignored", report.ignored);
  return rows;
}

}  // namespace

bool LoadReport::is_noteworthy() const {
  return !key_remap.empty() || !adapted.empty() ||
         std::any_of(ignored.begin(), ignored.end(), [](const auto& key) { return !is_batch_counter(key); });
}

std::string LoadReport::line() const {
  std::vector<std::string> parts;
  for (const auto& row : rows_of(*this))
    parts.push_back(fmt::format("{} {}{}", row.count, row.name, row.keys.empty() ? "" : ": " + row.keys));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string LoadReport::text() const {
  std::string text;
  for (const auto& row : rows_of(*this))
    text += fmt::format("{:<10} {:>5}{}\n", row.name, row.count, row.keys.empty() ? "" : "  " + row.keys);
  return text;
}

std::string LoadReport::differences(size_t most) const {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& item : mismatched)
    lines.emplace_back(item.key, fmt::format("expected ({}), found ({})", fmt::join(item.expected, ", "),
                                             fmt::join(item.found, ", ")));
  for (const auto& key : missing) lines.emplace_back(key, "not in the file");
  for (const auto& key : unexpected) lines.emplace_back(key, "not in the model");
  const size_t shown = std::min(most, lines.size());
  size_t width = 0;
  for (size_t i = 0; i < shown; ++i) width = std::max(width, lines[i].first.size());
  std::string text;
  for (size_t i = 0; i < shown; ++i) text += fmt::format("  {:<{}}  {}\n", lines[i].first, width, lines[i].second);
  if (shown < lines.size()) text += fmt::format("  and {} more\n", lines.size() - shown);
  if (!text.empty()) text.pop_back();
  return text;
}

void to_json(nlohmann::json& json, const LoadReport& report) {
  auto mismatched = nlohmann::json::array();
  for (const auto& item : report.mismatched)
    mismatched.push_back({{"key", item.key}, {"expected", item.expected}, {"found", item.found}});
  json = {{"loaded", report.loaded},   {"missing", report.missing}, {"unexpected", report.unexpected},
          {"ignored", report.ignored}, {"adapted", report.adapted}, {"mismatched", mismatched},
          {"naming", report.key_remap}};
}

}  // namespace reszoo
