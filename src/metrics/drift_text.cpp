// Drift in words and as JSON.
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/base/text.h"
#include "reszoo/metrics/drift.h"

namespace reszoo {
namespace {

constexpr size_t kShownColumns = 5;

constexpr Named<DriftLevel> kDriftLevels[] = {
    {"none", DriftLevel::none}, {"some", DriftLevel::some}, {"much", DriftLevel::much}};

/// Returns `column "size" (PSI 0.41; missing 0.1 %, now 35.0 %)`.
std::string in_words(const ColumnDrift& column) {
  auto text = fmt::format("column \"{}\" (PSI {:.2f}", escaped(column.column), column.psi);
  if (const double change = column.missing - column.missing_before; change >= 0.01 || change <= -0.01)
    text += fmt::format("; missing {:.1f} %, in training {:.1f} %", 100 * column.missing, 100 * column.missing_before);
  if (column.unseen >= 0.001) text += fmt::format("; {:.1f} % unseen words", 100 * column.unseen);
  return text + ")";
}

}  // namespace

std::string text_of(DriftLevel level) { return name_of(kDriftLevels, level); }

std::string drift_line(const std::vector<ColumnDrift>& columns) {
  std::vector<std::string> parts;
  for (const auto level : {DriftLevel::much, DriftLevel::some}) {
    std::vector<std::string> texts;
    for (const auto& column : columns)
      if (column.level() == level) texts.push_back(in_words(column));
    if (!texts.empty()) parts.push_back(fmt::format("{} in {}", text_of(level), list(texts, kShownColumns)));
  }
  return parts.empty() ? "" : fmt::format("drift from the training rows: {}", fmt::join(parts, "; "));
}

nlohmann::ordered_json to_json(const std::vector<ColumnDrift>& columns) {
  auto object = nlohmann::ordered_json::object();
  for (const auto& column : columns) {
    auto& entry = object[column.column];
    entry = {{"psi", column.psi},
             {"level", text_of(column.level())},
             {"missing_before", column.missing_before},
             {"missing", column.missing}};
    if (column.unseen > 0) entry["unseen"] = column.unseen;
  }
  return object;
}

}  // namespace reszoo
