#include "training.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

namespace reszoo::python {
namespace {

/// Sets a part of the data: a fraction of the rows, or a path.
void take_part(const Options& options, const char* name, std::optional<double>& fraction, std::filesystem::path& path) {
  if (const auto text = options.find<std::string>(std::string(name).append("_path").c_str())) path = *text;
  fraction = options.find<double>(name);
  if (fraction && !(*fraction >= 0 && *fraction < 1))
    fail(ErrorKind::usage, "{}: must be a fraction in [0, 1), got {}", name, *fraction);
}

void take_split(const Options& options, SplitOptions& split) {
  take_part(options, "validation", split.validation, split.validation_path);
  take_part(options, "test", split.test, split.test_path);
  options.take("stratify", split.stratify);
  options.take("group", split.group);
  options.take("time", split.time);
  options.take("stratify_classes", split.stratify_classes);
}

ClassBalance parse_balance(const std::string& text) {
  if (text == "weights") return ClassBalance::weights;
  if (text == "draws") return ClassBalance::draws;
  fail(ErrorKind::usage, "balance: must be weights or draws, got \"{}\"", text);
}

void take_data(const Options& options, TableDataOptions& data) {
  options.take("target", data.target);
  options.take("weight", data.weight);
  options.take("seed", data.seed);
  options.take("background", data.background);
  options.take("drop_missing", data.drop_missing);
  if (const auto task = options.find<std::string>("task")) data.target_options.task = parse_task(*task);
  options.take("classes", data.target_options.classes);
  options.take("quantiles", data.target_options.quantiles);
  if (const auto scaling = options.find<std::string>("scaling")) data.preprocess.scaling = parse_scaling(*scaling);
  options.take("numeric", data.preprocess.numeric);
  options.take("categorical", data.preprocess.categorical);
  options.take("ignore", data.preprocess.ignore);
  if (const auto balance = options.find<std::string>("balance")) data.balance = parse_balance(*balance);
  take_split(options, data.split);
}

/// Throws: Error (usage) for an option that is given and less than `least`.
void check_least(const char* name, const std::optional<int64_t>& value, int64_t least) {
  if (value && *value < least) fail(ErrorKind::usage, "{}: must be {} or more, got {}", name, least, *value);
}

void take_recipe(const Options& options, RecipeChoices& recipe) {
  options.take("network", recipe.network);
  options.take("recipe", recipe.recipe);
  if (const auto json = options.find<std::string>("options")) recipe.options = nlohmann::json::parse(*json);
  options.take("epochs", recipe.epochs);
  options.take("batch_size", recipe.batch_size);
  options.take("patience", recipe.patience);
  options.take("bins", recipe.bins);
  options.take("lr", recipe.lr);
  options.take("weight_decay", recipe.weight_decay);
  options.take("ema_decay", recipe.ema_decay);
  options.take("label_smoothing", recipe.smoothing);
  options.take("optimizer", recipe.optimizer);
  options.take("schedule", recipe.schedule);
  options.take("loss", recipe.loss);
  options.take("precision", recipe.precision);
  check_least("epochs", recipe.epochs, 1);
  check_least("batch_size", recipe.batch_size, 2);
  check_least("patience", recipe.patience, 0);
}

}  // namespace

Training training_of(const Options& options) {
  Training training;
  take_data(options, training.data);
  take_recipe(options, training.recipe);
  options.take("metric", training.metric);
  options.take("threshold", training.threshold);
  options.take("device", training.device);
  if (const auto folder = options.find<std::string>("folder")) training.folder = *folder;
  if (const auto report = options.find<std::string>("report")) training.report = *report;
  options.take("resume", training.resume);
  options.take("calibrate", training.calibrate);
  options.take("ensemble", training.networks);
  options.take("time_limit", training.time_limit);
  check_least("ensemble", training.networks, 1);
  if (!(training.time_limit >= 0)) fail(ErrorKind::usage, "time_limit: must be 0 or more, got {}", training.time_limit);
  if (training.resume && training.folder.empty())
    fail(ErrorKind::usage, "resume: needs folder, which has the checkpoint");
  return training;
}

ImageDataOptions image_options(const Training& training) {
  const auto& data = training.data;
  for (const auto& [given, name] : {std::pair(data.weight, "weight"), std::pair(data.split.group, "group"),
                                    std::pair(data.split.time, "time"), std::pair(data.split.stratify, "stratify")})
    if (!given.empty()) fail(ErrorKind::usage, "{}: is for tables, not for images", name);
  ImageDataOptions images{
      .split = data.split, .target_options = data.target_options, .balance = data.balance, .seed = data.seed};
  images.read.label_columns = data.target;
  return images;
}

}  // namespace reszoo::python
