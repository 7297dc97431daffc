#include "data_options.h"

#include <charconv>

#include "list_option.h"
#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "table_options.h"

namespace reszoo::cli {

namespace {

/// Parses the text as a fraction in [0, 1); nullopt if it is not a number.
/// Throws: Error (usage) if the fraction is out of range.
std::optional<double> fraction_of(const std::string& text, const char* option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value < 1))
    fail(ErrorKind::usage, "{}: must be a path or a fraction in [0, 1), got {}", option, text);
  return value;
}

/// Stores a text that is a fraction or a path.
void set_part(const std::string& text, const char* option, std::optional<double>& fraction,
              std::filesystem::path& path) {
  fraction = fraction_of(text, option);
  if (!fraction) path = text;
}

}  // namespace

void add_data_options(CLI::App& app, DataOptions& o, Notes& notes) {
  app.add_option_function<std::vector<std::string>>(
         "--data",
         [&o](const std::vector<std::string>& paths) {
           o.paths.clear();
           for (const auto& path : paths) o.paths.push_back(plain_url(path).string());
           o.data = TablePaths(paths).text();
         },
         "A table: files, folders or patterns that are read as one; or images (class folders, tar archives, IDX or "
         "CIFAR files)")
      ->required();
  add_list(app, "--target", o.table.target, "Column to predict, or several columns");
  app.add_option("--val", o.validation, "Validation data: a path or a fraction of --data (0.1; 0: none)");
  app.add_option("--test", o.test, "Test data: a path or a fraction of --data");
  auto* stratify =
      app.add_option("--stratify", o.table.split.stratify, "Stratify the split by this column (the target's classes)");
  auto* group = app.add_option("--groups", o.table.split.group,
                               "Keep rows with equal values of this column in one split; the column is not an input");
  auto* time = app.add_option("--time", o.table.split.time,
                              "Split by this column: the latest rows are the test set, those before them validation");
  auto* plain = app.add_flag("--no-stratify", o.no_stratify, "Split at random even if the target has classes");
  stratify->excludes(group)->excludes(time)->excludes(plain);
  group->excludes(time);
  app.add_option("--sample-weight", o.table.weight,
                 "Column with the weight of each row in the training loss; the column is not an input");
  app.add_option("--task", o.task,
                 "regression, quantile, count, binary, multiclass, ordinal or multilabel (detected from the target)");
  add_list(app, "--classes", o.table.target_options.classes, "The classes in order (sorted)");
  app.add_option("--quantiles", o.table.target_options.quantiles,
                 "For the task quantile: increasing fractions (0.1,0.5,0.9)")
      ->delimiter(',');
  app.add_option("--scaling", o.scaling, "Scaling of numeric features: quantile, standard, robust, smooth or none")
      ->capture_default_str();
  add_list(app, "--numeric-features", o.table.preprocess.numeric, "Columns to treat as numeric");
  add_list(app, "--categorical-features", o.table.preprocess.categorical, "Columns to treat as categorical");
  add_list(app, "--ignore-features", o.table.preprocess.ignore, "Columns that are not read");
  app.add_flag("--drop-missing", o.table.drop_missing, "Leave out rows without a target");
  app.add_option("--min-frequency", o.table.preprocess.rare,
                 "Categories in fewer rows are treated as unknown (rows / 200, clamped to 1..10)")
      ->check(CLI::PositiveNumber);
  app.add_option("--background-rows", o.table.background,
                 "Training rows to keep in the model file, for predict --explain (100; 0: none)")
      ->check(CLI::NonNegativeNumber);
  add_table_options(app, o.table.read, notes);
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
