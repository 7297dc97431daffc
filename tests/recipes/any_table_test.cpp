// Tables of any kind: training either gives a model whose predictions are numbers, its report and the same predictions
// from its file, or says in one line why not.
#include <torch/types.h>

#include <cstdlib>
#include <iostream>

#include "reszoo/base/atomic_file.h"
#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/table_data.h"
#include "support/any_values.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::string number_cell(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

/// Returns the cells of a column of some kind, as CSV.
std::vector<std::string> any_cells(AnyValues& any, int64_t rows) {
  const std::vector<std::string> words{"red", "blue", "\"a, b\"", "Größe", "007", "true", "NA", "2024-02-29", "1e999"};
  const auto kind = any.below(9);
  const auto one = number_cell(any.number());
  const auto alike = any.numbers(rows);
  std::vector<std::string> cells;
  for (int64_t row = 0; row < rows; ++row) switch (kind) {
      case 0: cells.push_back(number_cell(any.number())); break;
      case 1: cells.push_back(number_cell(alike[static_cast<size_t>(row)])); break;
      case 2: cells.push_back(one); break;                                               // a constant
      case 3: cells.push_back(any.below(20) == 0 ? fmt::format("{}", row) : ""); break;  // mostly missing
      case 4: cells.push_back(fmt::format("word{}", row)); break;                        // all different
      case 5: cells.push_back(words[static_cast<size_t>(any.below(2))]); break;          // two words
      case 6: cells.push_back(words[static_cast<size_t>(any.below(std::ssize(words)))]); break;
      case 7: cells.push_back(fmt::format("2024-{:02}-{:02}", 1 + any.below(12), 1 + any.below(28))); break;
      default: cells.push_back(fmt::format("{}", static_cast<double>(any.below(1000)) / 10)); break;
    }
  return cells;
}

/// Returns a table of 1 to 300 columns and the target "y".
std::string any_csv(AnyValues& any) {
  const std::vector<int64_t> all_rows{2, 3, 5, 30, 90}, all_columns{1, 2, 4, 8, 300};
  const auto rows = all_rows[static_cast<size_t>(any.below(5))];
  auto columns = all_columns[static_cast<size_t>(any.below(4))];
  if (any.below(20) == 0) columns = all_columns.back();
  std::vector<std::vector<std::string>> cells;
  std::string csv;
  for (int64_t c = 0; c <= columns; ++c) {
    cells.push_back(any_cells(any, rows));
    csv += c < columns ? fmt::format("x{},", c) : "y\n";
  }
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t c = 0; c <= columns; ++c)
      csv += cells[static_cast<size_t>(c)][static_cast<size_t>(row)] + (c < columns ? "," : "\n");
  return csv;
}

TableDataOptions any_options(AnyValues& any) {
  const Scaling scalings[] = {Scaling::quantile, Scaling::quantile, Scaling::standard, Scaling::robust,
                              Scaling::smooth};
  TableDataOptions options{.target = {"y"}};
  options.split.validation = any.below(2) == 0 ? 0.2 : 0;
  options.split.test = any.below(2) == 0 ? 0.2 : 0;
  options.preprocess.scaling = scalings[any.below(5)];
  return options;
}

TrainingRecipe tiny_recipe(AnyValues& any, int64_t rows) {
  auto recipe = training_recipe(any.below(2) == 0 ? "paper" : "auto", rows);
  recipe.options.update({{"width", 8}, {"blocks", 1}});
  if (recipe.options.contains("members")) recipe.options.update({{"members", 2}, {"numeric_width", 4}});
  recipe.trainer.epochs = 2;
  return recipe;
}

void expect_numbers(const std::vector<Prediction>& predictions) {
  for (const auto& one : predictions) {
    if (one.probabilities.empty()) EXPECT_TRUE(std::isfinite(one.value)) << one.value;
    for (const double probability : one.probabilities) EXPECT_TRUE(probability >= 0 && probability <= 1) << probability;
  }
}

/// Trains on the table, writes its report, and predicts its rows by the trained model and by its file.
void train_on(const TempDir& folder, AnyValues& any) {
  const auto data = read_table_data(folder / "any.csv", any_options(any));
  const auto recipe = tiny_recipe(any, data.train.rows());
  auto fitted = fit(data, recipe);
  write_report(folder / "report.html", make_report(fitted, data));
  EXPECT_LT(std::filesystem::file_size(folder / "report.html"), 2u << 20);
  fitted.model.save(folder / "model.safetensors");
  auto read = Model::load(folder / "model.safetensors");
  const auto rows = read_raw_rows(read, folder / "any.csv");
  const auto predictions = fitted.model.predict(rows), again = read.predict(rows);
  expect_numbers(predictions);
  ASSERT_EQ(predictions.size(), again.size());
  for (size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(predictions[i].label, again[i].label);
    EXPECT_EQ(predictions[i].value, again[i].value);
  }
}

/// Returns the number of tables that were trained on. RESZOO_TABLE=<seed> tries that one alone, and prints it.
int64_t train_on_any_tables(int64_t count) {
  const TempDir folder;
  int64_t trained = 0, seed = 0;
  if (const auto* one = std::getenv("RESZOO_TABLE")) {
    seed = std::stoll(one);
    count = seed + 1;
    AnyValues any(static_cast<uint64_t>(seed));
    std::cerr << any_csv(any);
  }
  for (; seed < count && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    AnyValues any(static_cast<uint64_t>(seed));
    write_file(folder / "any.csv", any_csv(any));
    try {
      train_on(folder, any);
      ++trained;
    } catch (const Error& error) {
      const std::string line = error.what();
      EXPECT_TRUE(line.find('\n') == std::string::npos && line.size() < 2000) << line;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "not a line for users: " << error.what();
    }
  }
  return trained;
}

}  // namespace

TEST(AnyTable, IsTrainedOnOrRefusedInOneLine) { EXPECT_GT(train_on_any_tables(40), 8); }
TEST(FullAnyTable, IsTrainedOnOrRefusedInOneLine) { EXPECT_GT(train_on_any_tables(2000), 400); }
