// Trains on a table with the default recipe, and writes a model file, its metrics and a report. train_table TABLE
// TARGET FOLDER
#include <fmt/format.h>

#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/table_data.h"

using namespace reszoo;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::filesystem::path folder = argv[3];
  std::filesystem::create_directories(folder);

  const auto table = read_table(argv[1]);                                  // CSV, TSV, Parquet or Feather
  const auto split = split_rows(table.rows(), 0.1, 0.1, SplitRule(), 0);   // a tenth for validation, a tenth for test
  const auto data = make_table_data(table, split, {.target = {argv[2]}});  // kinds of columns are detected
  auto fitted = fit(data);

  for (const auto& [part, metrics] : evaluate_parts(fitted, data))
    for (const auto& [name, value] : metrics) fmt::print("{} {} {:.4g}\n", part, name, value);
  fitted.model.save(folder / "model.safetensors");
  write_report(folder / "report.html", make_report(fitted, data));

  auto model = Model::load(folder / "model.safetensors");
  const auto first = take_rows(table, torch::arange(1));
  fmt::print("the first row: {}\n", model.read(model.outputs(model.input(first))).front().label);
}
