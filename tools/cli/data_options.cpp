#include "data_options.h"

#include <charconv>

#include "reszoo/base/error.h"
#include "table_options.h"

namespace reszoo::cli {

namespace {

/// The text as a fraction in [0, 1), or nothing if it is no number.
std::optional<double> fraction_of(const std::string& text, const char* option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value < 1))
    fail(ErrorKind::usage, "{}: must be a path or a fraction in [0, 1), got {}", option, text);
  return value;
}

/// A text that is a fraction or a path.
void set_part(const std::string& text, const char* option, std::optional<double>& fraction,
              std::filesystem::path& path) {
  fraction = fraction_of(text, option);
  if (!fraction) path = text;
}

}  // namespace

void add_data_options(CLI::App& app, DataOptions& o) {
  app.add_option("--data", o.data, "A table, a folder of Parquet files, or a folder of IDX files")->required();
  app.add_option("--target", o.table.target, "The table's column to predict, or several")->delimiter(',');
  app.add_option("--val", o.validation, "Validation rows: a path, or a fraction of the data (default 0.1; 0 for none)");
  app.add_option("--test", o.test, "Test rows: a path, or a fraction of the data");
  auto* stratify = app.add_option("--stratify", o.table.split.stratify,
                                  "Part rows with the same shares of this column's values (the target's classes)");
  auto* group = app.add_option("--group", o.table.split.group,
                               "Part rows with no value of this column in two parts; it is no input");
  auto* time = app.add_option("--time", o.table.split.time,
                              "Part rows by this column: the last ones test, those before validate");
  auto* plain = app.add_flag("--no-stratify", o.no_stratify, "Part rows at random even where the target has classes");
  stratify->excludes(group)->excludes(time)->excludes(plain);
  group->excludes(time);
  app.add_option("--weight", o.table.weight,
                 "The column that says how much each row counts in training; it is no input");
  app.add_option(
      "--task", o.task,
      "regression, quantile, binary, multiclass, ordinal or multilabel; found from the target when left out");
  app.add_option("--classes", o.table.target_options.classes, "The classes in their order (sorted)")->delimiter(',');
  app.add_option("--quantiles", o.table.target_options.quantiles,
                 "Of the task quantile: fractions, rising (0.1,0.5,0.9)")
      ->delimiter(',');
  app.add_option("--scaling", o.scaling, "Of numbers: quantile, standard, robust, smooth or none")
      ->capture_default_str();
  app.add_option("--numeric", o.table.preprocess.numeric, "Columns to read as numbers")->delimiter(',');
  app.add_option("--categorical", o.table.preprocess.categorical, "Columns to read as categories")->delimiter(',');
  app.add_option("--ignore", o.table.preprocess.ignore, "Columns to leave out")->delimiter(',');
  app.add_option("--rare", o.table.preprocess.rare,
                 "A word of fewer rows is as one never seen (rows / 200, within 1 to 10)")
      ->check(CLI::PositiveNumber);
  add_table_options(app, o.table.read);
}

TableDataOptions table_data_options(const DataOptions& options, uint64_t seed) {
  auto table = options.table;
  table.seed = seed;
  set_part(options.validation, "--val", table.split.validation, table.split.validation_path);
  set_part(options.test, "--test", table.split.test, table.split.test_path);
  table.split.stratify_classes = !options.no_stratify;
  if (!options.task.empty()) table.target_options.task = parse_task(options.task);
  table.preprocess.scaling = parse_scaling(options.scaling);
  return table;
}

}  // namespace reszoo::cli
