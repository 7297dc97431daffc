#include "reszoo/preprocess/table_preprocess.h"

#include <torch/types.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {
namespace {

// A text of its own in each of so many rows is taken for an identifier.
constexpr int64_t identifier_rows = 20;

// What messages about a file's content name.
const std::string subject = "preprocessing";

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_options(const Frame& table, const std::string& target, const TablePreprocessOptions& options) {
  std::set<std::string> seen;
  for (const auto* names : {&options.numeric, &options.categorical, &options.ignore})
    for (const auto& name : *names) {
      if (!table.find(name))
        fail(ErrorKind::usage, "table: no column \"{}\" to treat otherwise{}", name, suggestion(name, table.names()));
      if (name == target) fail(ErrorKind::usage, "table: the target \"{}\" cannot be an input too", name);
      if (!seen.insert(name).second)
        fail(ErrorKind::usage, "table: a column must be numeric, categorical or ignored, got \"{}\" twice", name);
    }
}

/// The words that rows have, sorted; "" first if a value is missing.
Names words_in(const Column& column) {
  const auto codes = std::get<0>(at::_unique2(column.codes));
  Names words;
  for (int64_t i = 0; i < codes.size(0); ++i) {
    const auto code = codes[i].item<int64_t>();
    words.push_back(code < 0 ? "" : column.words[code]);
  }
  std::sort(words.begin(), words.end());
  return words;
}

/// pandas and R write the row's number as a first column without a name.
bool is_row_number(const Column& column) {
  if (column.kind != Column::Kind::number || column.size() < 2) return false;
  if (!column.name.empty() && !column.name.starts_with("Unnamed:")) return false;
  return (column.numbers.diff() == 1).all().item<bool>();
}

/// Why a column of numbers is left out, or "".
std::string why_without(const Column& column) {
  if (is_row_number(column)) return "it numbers the rows";
  const bool same = (column.numbers == column.numbers[0]).all().item<bool>();
  return same ? fmt::format("it is {} in every row", number_text(column.numbers[0].item<double>())) : "";
}

/// Why a category is left out, or "".
std::string why_without(const Names& words, int64_t rows) {
  if (words.size() == 1) return fmt::format("it is \"{}\" in every row", words[0]);
  if (static_cast<int64_t>(words.size()) == rows && rows >= identifier_rows) return "it is different in every row";
  return "";
}

std::string left_out(const Column& column, const std::string& why) {
  return fmt::format("column \"{}\" is left out: {}", column.name, why);
}

bool is_numeric(const Column& column, const TablePreprocessOptions& options) {
  if (contains(options.numeric, column.name)) return true;
  return column.kind == Column::Kind::number && !contains(options.categorical, column.name);
}

Tensor matrix_of(const std::vector<Tensor>& columns, int64_t rows, torch::Dtype type) {
  return columns.empty() ? torch::empty({rows, 0}, type) : torch::stack(columns, 1).to(type);
}

void check_has_values(const Column& column) {
  if (column.missing().all().item<bool>())
    fail(ErrorKind::input, "column \"{}\": has no value in any row; leave it out (ignore)", column.name);
}

}  // namespace

bool TablePreprocess::add_number(const Column& column) {
  if (const auto why = why_without(column); !why.empty()) {
    notes_.push_back(left_out(column, why));
    return false;
  }
  if (column.missing().any().item<bool>()) indicators_.push_back(static_cast<int64_t>(numeric_.size()));
  numeric_.push_back(column.name);
  return true;
}

void TablePreprocess::add_category(const Column& column) {
  Category category{column.name, words_in(as_text(column)), column.kind == Column::Kind::number};
  if (const auto why = why_without(category.words, column.size()); !why.empty())
    notes_.push_back(left_out(column, why));
  else
    categories_.push_back(std::move(category));
}

TablePreprocess TablePreprocess::fit(const Frame& table, const std::string& target,
                                     const TablePreprocessOptions& options) {
  table.at(target);
  check_options(table, target, options);
  TablePreprocess fitted;
  std::vector<Tensor> numbers;
  for (const auto& column : table.columns) {
    if (column.name == target || contains(options.ignore, column.name)) continue;
    check_has_values(column);
    if (!is_numeric(column, options)) {
      fitted.add_category(column);
    } else if (const auto values = as_numbers(column); fitted.add_number(values)) {
      numbers.push_back(values.numbers);
    }
  }
  if (fitted.numeric_.empty() && fitted.categories_.empty())
    fail(ErrorKind::input, "table: no column is left to learn from{}{}", fitted.notes_.empty() ? "" : "; ",
         list(fitted.notes_));
  const auto rows = table.rows();
  const auto quantiles = std::max<int64_t>(std::min<int64_t>(rows / 30, 1000), 10);  // as rtdl
  if (!numbers.empty())
    fitted.scaler_ = Scaler::fit(matrix_of(numbers, rows, torch::kFloat64), fitted.numeric_,
                                 {options.scaling, quantiles, options.noise, options.seed});
  return fitted;
}

Tensor TablePreprocess::codes(const Category& category, const Column& column) const {
  const auto text = as_text(column);
  const auto code_of = [&](const std::string& word) {
    const auto found = std::lower_bound(category.words.begin(), category.words.end(), word);
    return found != category.words.end() && *found == word ? found - category.words.begin() : -1;
  };
  // One code a word, and a last one that the code -1 (missing) picks.
  std::vector<int64_t> codes;
  for (const auto& word : text.words) codes.push_back(code_of(word));
  codes.push_back(code_of(""));
  return torch::tensor(codes, torch::kInt64).index({text.codes});
}

Tensor TablePreprocess::transform(const Frame& table) const {
  std::vector<Tensor> numbers, indicators, codes;
  for (const auto& name : numeric_) {
    const auto column = as_numbers(table.at(name));
    if (const auto rows = column.numbers.isinf().nonzero(); rows.size(0) > 0)
      fail(ErrorKind::input, "column \"{}\": must be finite, got an infinite number in row {}", name,
           rows[0].item<int64_t>() + 1);
    numbers.push_back(column.numbers);
  }
  for (const auto place : indicators_) indicators.push_back(numbers[place].isnan());
  for (const auto& category : categories_) codes.push_back(this->codes(category, table.at(category.name)));
  const auto rows = table.rows();
  auto scaled = matrix_of(numbers, rows, torch::kFloat64);
  if (scaler_) scaled = scaler_->transform(scaled);
  return torch::cat({scaled.to(torch::kFloat32), matrix_of(indicators, rows, torch::kFloat32),
                     matrix_of(codes, rows, torch::kFloat32)},
                    1);
}

std::vector<int64_t> TablePreprocess::cardinalities() const {
  std::vector<int64_t> counts;
  for (const auto& category : categories_) counts.push_back(static_cast<int64_t>(category.words.size()));
  return counts;
}

Names TablePreprocess::columns() const {
  auto names = numeric_;
  for (const auto place : indicators_) names.push_back(numeric_[place] + " missing");
  for (const auto& category : categories_) names.push_back(category.name);
  return names;
}

Names TablePreprocess::text_columns() const {
  Names names;
  // A reader spells booleans "true" and "false" only where it sees booleans.
  const Names booleans{"", "false", "true"};
  for (const auto& category : categories_)
    if (!category.numbers &&
        !std::includes(booleans.begin(), booleans.end(), category.words.begin(), category.words.end()))
      names.push_back(category.name);
  return names;
}

TablePreprocess::Category TablePreprocess::read_category(const nlohmann::json& json) {
  Category category{json_field<std::string>(json, "name", subject), json_field<Names>(json, "words", subject),
                    json_field<bool>(json, "numbers", subject)};
  const auto& words = category.words;
  if (words.empty() || std::adjacent_find(words.begin(), words.end(), std::greater_equal<>()) != words.end())
    fail(ErrorKind::file, "{}: words of \"{}\" must be sorted and different", subject, category.name);
  return category;
}

nlohmann::json TablePreprocess::to_json() const {
  auto categories = nlohmann::json::array();
  for (const auto& category : categories_)
    categories.push_back({{"name", category.name}, {"words", category.words}, {"numbers", category.numbers}});
  return {{"scaling", text_of(scaler_ ? scaler_->scaling() : Scaling::none)},
          {"numeric", numeric_},
          {"indicators", indicators_},
          {"categorical", categories},
          {"notes", notes_}};
}

std::map<std::string, Tensor> TablePreprocess::tensors() const {
  return scaler_ ? scaler_->tensors() : std::map<std::string, Tensor>{};
}

TablePreprocess TablePreprocess::from(const nlohmann::json& json, const std::map<std::string, Tensor>& tensors) {
  TablePreprocess read;
  read.numeric_ = json_field<Names>(json, "numeric", subject);
  read.indicators_ = json_field<std::vector<int64_t>>(json, "indicators", subject);
  read.notes_ = json_field<Names>(json, "notes", subject);
  int64_t previous = -1;
  for (const auto place : read.indicators_) {
    if (place <= previous || place >= static_cast<int64_t>(read.numeric_.size()))
      fail(ErrorKind::file, "{}: indicators must be rising places of numeric columns, got {}", subject, place);
    previous = place;
  }
  for (const auto& item : json_field<std::vector<nlohmann::json>>(json, "categorical", subject))
    read.categories_.push_back(read_category(item));
  const auto scaling = json_field<std::string>(json, "scaling", subject);
  if (scaling != "quantile" && scaling != "standard" && scaling != "none")
    fail(ErrorKind::file, "{}: scaling must be quantile, standard or none, got \"{}\"", subject, scaling);
  if (!read.numeric_.empty())
    read.scaler_ = Scaler::from(parse_scaling(scaling), static_cast<int64_t>(read.numeric_.size()), tensors);
  return read;
}

}  // namespace reszoo
