#include "reszoo/weights/key_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr size_t kShown = 3;

struct Row {
  std::string name;
  size_t count;
  std::string keys;
};

/// A row for each kind that occurs; of the loaded keys only the number is of interest.
std::vector<Row> rows_of(const KeyReport& report) {
  std::vector<std::string> mismatched;
  for (const auto& item : report.mismatched)
    mismatched.push_back(fmt::format("{} expected ({}) found ({})", item.key, fmt::join(item.expected, ", "),
                                     fmt::join(item.found, ", ")));
  std::vector<Row> rows{{"loaded", report.loaded.size(), ""}};
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

std::string KeyReport::line() const {
  std::vector<std::string> parts;
  for (const auto& row : rows_of(*this))
    parts.push_back(fmt::format("{} {}{}", row.count, row.name, row.keys.empty() ? "" : ": " + row.keys));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string KeyReport::text() const {
  std::string text;
  for (const auto& row : rows_of(*this))
    text += fmt::format("{:<10} {:>5}{}\n", row.name, row.count, row.keys.empty() ? "" : "  " + row.keys);
  return text;
}

void to_json(nlohmann::json& json, const KeyReport& report) {
  auto mismatched = nlohmann::json::array();
  for (const auto& item : report.mismatched)
    mismatched.push_back({{"key", item.key}, {"expected", item.expected}, {"found", item.found}});
  json = {{"loaded", report.loaded},   {"missing", report.missing}, {"unexpected", report.unexpected},
          {"ignored", report.ignored}, {"adapted", report.adapted}, {"mismatched", mismatched}};
}

}  // namespace reszoo
