#include "data_options.h"

#include <charconv>

#include "reszoo/base/error.h"
#include "table_options.h"

namespace reszoo::cli {

void add_data_options(CLI::App& app, DataOptions& o) {
  app.add_option("--data", o.data, "A table, a folder of Parquet files, or a folder of IDX files")->required();
  app.add_option("--target", o.target, "The table's column to predict, or several")->delimiter(',');
  app.add_option("--val", o.validation, "Validation rows: a path, or a fraction of the data (default 0.1; 0 for none)");
  app.add_option("--test", o.test, "Test rows: a path, or a fraction of the data");
  auto* stratify = app.add_option("--stratify", o.stratify,
                                  "Part rows with the same shares of this column's values (the target's classes)");
  auto* group =
      app.add_option("--group", o.group, "Part rows with no value of this column in two parts; it is no input");
  auto* time = app.add_option("--time", o.time, "Part rows by this column: the last ones test, those before validate");
  auto* plain = app.add_flag("--no-stratify", o.plain, "Part rows at random even where the target has classes");
  stratify->excludes(group)->excludes(time)->excludes(plain);
  group->excludes(time);
  app.add_option("--weight", o.weight, "The column that says how much each row counts in training; it is no input");
  app.add_option(
      "--task", o.task,
      "regression, quantile, count, binary, multiclass, ordinal or multilabel; found from the target when left out");
  app.add_option("--classes", o.classes, "The classes in their order (sorted)")->delimiter(',');
  app.add_option("--quantiles", o.quantiles, "Of the task quantile: fractions, rising (0.1,0.5,0.9)")->delimiter(',');
  app.add_option("--scaling", o.scaling, "Of numbers: quantile, standard, robust, smooth or none")
      ->capture_default_str();
  app.add_option("--numeric", o.numeric, "Columns to read as numbers")->delimiter(',');
  app.add_option("--categorical", o.categorical, "Columns to read as categories")->delimiter(',');
  app.add_option("--ignore", o.ignore, "Columns to leave out")->delimiter(',');
  app.add_option("--rare", o.rare, "A word of fewer rows is as one never seen (rows / 200, within 1 to 10)")
      ->check(CLI::PositiveNumber);
  add_table_options(app, o.table);
}

std::optional<double> fraction_of(const std::string& text, const char* option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value < 1))
    fail(ErrorKind::usage, "{}: must be a path or a fraction in [0, 1), got {}", option, text);
  return value;
}

TargetOptions target_options(const DataOptions& options) {
  TargetOptions target{.classes = options.classes};
  if (!options.task.empty()) target.task = parse_task(options.task);
  if (!options.quantiles.empty()) target.quantiles = options.quantiles;
  return target;
}

SplitRule split_rule(const DataOptions& options, const Frame& table, const Target& target) {
  if (!options.group.empty()) return SplitRule::group(table.at(options.group));
  if (!options.time.empty()) return SplitRule::time(table.at(options.time));
  if (!options.stratify.empty()) return SplitRule::stratified(table.at(options.stratify));
  const bool classes = !target.classes().empty() && target.names().size() == 1;
  return classes && !options.plain ? SplitRule::stratified(table.at(target.names()[0])) : SplitRule();
}

Split split_of(const DataOptions& options, int64_t rows, const SplitRule& rule) {
  return split_rows(rows, fraction_of(options.validation, "--val").value_or(0),
                    fraction_of(options.test, "--test").value_or(0), rule, options.seed);
}

}  // namespace reszoo::cli
