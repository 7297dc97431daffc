#include "reszoo/preprocess/unseen.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/text.h"

namespace reszoo {
namespace {

// Words of a column that are remembered by name, and those that are shown.
constexpr size_t kRemembered = 1000, kShown = 5;

bool all_unseen(const UnseenColumn& column) { return column.rows > 1 && column.unseen == column.rows; }

std::string text_of(const UnseenColumn& column) {
  std::vector<std::string> parts;
  if (column.unseen > 0) {
    std::vector<std::string> words;
    for (const auto& [word, rows] : column.words) words.push_back(fmt::format("\"{}\"", escaped(word)));
    const auto count = column.words.size() >= kRemembered ? fmt::format("{} or more words", kRemembered)
                       : words.size() == 1                ? "1 word"
                                                          : fmt::format("{} words", words.size());
    parts.push_back(fmt::format("{} in {} of {} rows ({})", all_unseen(column) ? "every word, " + count + "," : count,
                                column.unseen, column.rows, list(words, kShown)));
    if (column.rare) parts.back() += ", or too rare there";
  }
  if (column.missing > 0)
    parts.push_back(fmt::format("no value in {} {}", column.missing, column.missing == 1 ? "row" : "rows"));
  if (column.infinite > 0)
    parts.push_back(fmt::format("infinite numbers in {} {}, which count as missing", column.infinite,
                                column.infinite == 1 ? "row" : "rows"));
  return fmt::format("column \"{}\": {}", column.name, fmt::join(parts, ", "));
}

}  // namespace

void UnseenCounts::add(UnseenColumn column) {
  auto& sum = columns_[column.name];
  sum.name = column.name;
  sum.rows += column.rows;
  sum.unseen += column.unseen;
  sum.missing += column.missing;
  sum.infinite += column.infinite;
  sum.rare = sum.rare || column.rare;
  for (const auto& [word, rows] : column.words)
    if (sum.words.size() < kRemembered || sum.words.contains(word)) sum.words[word] += rows;
}

void UnseenCounts::add(const UnseenCounts& other) {
  for (const auto& [name, column] : other.columns_) add(column);
}

std::vector<UnseenColumn> UnseenCounts::columns() const {
  std::vector<UnseenColumn> found;
  for (const auto& [name, column] : columns_)
    if (column.unseen > 0 || column.missing > 0 || column.infinite > 0) found.push_back(column);
  return found;
}

std::vector<UnseenColumn> UnseenCounts::all() const {
  std::vector<UnseenColumn> every;
  for (const auto& [name, column] : columns_) every.push_back(column);
  return every;
}

std::string UnseenCounts::line() const {
  auto found = columns();
  if (found.empty()) return "";
  std::stable_partition(found.begin(), found.end(), all_unseen);
  std::vector<std::string> texts;
  for (const auto& column : found) texts.push_back(text_of(column));
  return fmt::format("{}never seen in training: {}", all_unseen(found.front()) ? "WARNING: " : "",
                     fmt::join(texts, "; "));
}

nlohmann::ordered_json UnseenCounts::json() const {
  auto object = nlohmann::ordered_json::object();
  for (const auto& column : columns()) {
    object[column.name] = {{"rows", column.rows},
                           {"unseen_rows", column.unseen},
                           {"words", column.words},
                           {"missing_rows", column.missing}};
    if (column.infinite > 0) object[column.name]["infinite_rows"] = column.infinite;
  }
  return object;
}

}  // namespace reszoo
