// Converts a fitted preprocessing to JSON and back.
#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/preprocess/table_preprocess.h"
#include "table_steps.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;
using nlohmann::json;

// The subject of messages about a file's content.
const std::string subject = "preprocessing";

json written_summary(const ColumnSummary& summary) {
  json object{{"name", summary.name}, {"kind", summary.kind}};
  object["missing"] = summary.missing ? json(*summary.missing) : json();
  if (summary.kind != "category") object["quantiles"] = summary.quantiles;
  else object["rare"] = summary.rare;  // its words are stored with the categories
  if (!summary.edges.empty()) object["edges"] = summary.edges;
  if (!summary.counts.empty()) object["counts"] = summary.counts;
  return object;
}

/// Throws for counts that do not belong to the bins or words of their column.
void check_counts(const ColumnSummary& summary) {
  const auto& counts = summary.counts;
  const auto& edges = summary.edges;
  if (counts.empty() && edges.empty()) return;
  const auto bins = summary.kind == "category" ? summary.words.size() : edges.size() + 1;
  const bool rising = std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>()) == edges.end();
  const bool possible =
      std::all_of(counts.begin(), counts.end(), [](auto rows) { return rows >= 0 && rows < 1L << 40; });
  const auto missing = summary.missing.value_or(0);
  if (counts.empty() || counts.size() != bins || !rising || !possible || missing < 0 || missing >= 1)
    fail(ErrorKind::file,
         "{}: counts of \"{}\" must be {} numbers of rows, with rising edges and a fraction of missing values", subject,
         summary.name, bins);
}

ColumnSummary read_summary(const json& object) {
  ColumnSummary summary{.name = json_field<std::string>(object, "name", subject),
                        .kind = json_field<std::string>(object, "kind", subject)};
  if (!json_field<json>(object, "missing", subject).is_null())
    summary.missing = json_field<double>(object, "missing", subject);
  if (object.contains("counts")) summary.counts = json_field<std::vector<int64_t>>(object, "counts", subject);
  if (object.contains("edges")) summary.edges = json_field<std::vector<double>>(object, "edges", subject);
  if (summary.kind == "category") {
    summary.rare = json_field<int64_t>(object, "rare", subject);
    return summary;
  }
  summary.quantiles = json_field<std::vector<double>>(object, "quantiles", subject);
  if (!summary.quantiles.empty() && summary.quantiles.size() != 5)
    fail(ErrorKind::file, "{}: summary of \"{}\" must have 5 quantiles, got {}", subject, summary.name,
         summary.quantiles.size());
  return summary;
}

}  // namespace

// "numeric" holds a text for a column's number and an object for a part of a date. The first version, which had no
// dates, rejects the object because of its type. "summary" was added later, too.
json TablePreprocess::to_json() const {
  auto numbers = json::array(), categories = json::array(), summaries = json::array();
  for (const auto& number : numbers_)
    numbers.push_back(number.part ? json{{"column", number.column}, {"part", text_of(*number.part)}}
                                  : json(number.column));
  for (const auto& category : categories_)
    categories.push_back({{"name", category.name}, {"words", category.words}, {"numbers", category.numbers}});
  for (const auto& summary : summaries_) summaries.push_back(written_summary(summary));
  json written{{"scaling", text_of(scaler_ ? scaler_->scaling() : Scaling::none)},
               {"numeric", numbers},
               {"indicators", indicators_},
               {"categorical", categories},
               {"notes", notes_},
               {"summary", summaries}};
  auto readings = json::object();
  for (const auto& [name, reading] : readings_)
    if (auto object = reszoo::to_json(reading); !object.empty()) readings[name] = std::move(object);
  if (!readings.empty()) written["readings"] = readings;
  return written;
}

/// Returns summaries for a file that was written before they were stored.
std::vector<ColumnSummary> TablePreprocess::guessed_summaries() const {
  std::vector<ColumnSummary> summaries;
  for (const auto& number : numbers_) summaries.push_back({.name = number.column, .kind = "number", .missing = {}});
  for (const auto& category : categories_)
    summaries.push_back({.name = category.name, .kind = "category", .missing = {}, .words = category.words});
  return summaries;
}

TablePreprocess TablePreprocess::from(const json& object, const std::map<std::string, Tensor>& tensors) {
  auto steps = table_steps_from(object);
  TablePreprocess read;
  for (auto& number : steps.numbers) read.numbers_.push_back({std::move(number.column), number.part});
  read.indicators_ = std::move(steps.indicators);
  read.readings_ = std::move(steps.readings);
  read.notes_ = json_field<Names>(object, "notes", subject);
  for (auto& category : steps.categories) {
    const auto lookup = std::make_shared<const WordLookup>(category.words);
    read.categories_.push_back({std::move(category.name), std::move(category.words), category.numbers, lookup});
  }
  if (object.contains("summary"))
    for (const auto& item : json_field<std::vector<json>>(object, "summary", subject))
      read.summaries_.push_back(read_summary(item));
  else read.summaries_ = read.guessed_summaries();
  for (auto& summary : read.summaries_)
    for (const auto& category : read.categories_)
      if (summary.kind == "category" && category.name == summary.name) summary.words = category.words;
  for (const auto& summary : read.summaries_) check_counts(summary);
  if (!read.numbers_.empty())
    read.scaler_ = Scaler::from(steps.scaling, static_cast<int64_t>(read.numbers_.size()), tensors);
  return read;
}

}  // namespace reszoo
