#include <cmath>
#include <limits>

#include "call.h"
#include "handles.h"
#include "options.h"
#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/table_data.h"
#include "reszoo/recipes/task_metrics.h"

namespace reszoo::c {
namespace {

/// What the options of a training say.
struct Training {
  TableDataOptions data = {};
  std::string recipe = {};
  std::optional<int64_t> epochs = {};
  double time_limit = 0;
  std::filesystem::path folder = {};
};

Training training_of(Options options) {
  Training training;
  auto& data = training.data;
  data.target = options.take_texts("target");
  data.preprocess.ignore = options.take_texts("ignore");
  data.split.validation = options.take<double>("validation").value_or(0.1);
  data.split.test = options.take<double>("test").value_or(0);
  data.seed = options.take<uint64_t>("seed").value_or(0);
  if (const auto task = options.take<std::string>("task")) data.target_options.task = parse_task(*task);
  training.recipe = options.take<std::string>("recipe").value_or("auto");
  training.epochs = options.take<int64_t>("epochs");
  training.time_limit = options.take<double>("time_limit").value_or(0);
  training.folder = options.take<std::string>("folder").value_or("");
  options.finish();
  if (data.target.empty()) fail(ErrorKind::usage, "options: \"target\" must name the column to predict");
  if (training.epochs && *training.epochs < 1)
    fail(ErrorKind::usage, "options: \"epochs\" must be 1 or more, got {}", *training.epochs);
  if (!(training.time_limit >= 0))
    fail(ErrorKind::usage, "options: \"time_limit\" must be 0 or more, got {}", training.time_limit);
  return training;
}

TrainingRecipe recipe_of(const Training& training, int64_t rows) {
  auto recipe = training_recipe(training.recipe, rows);
  auto& trainer = recipe.trainer;
  if (training.epochs) {
    trainer.epochs = *training.epochs;
    trainer.planned_epochs = 0;
  }
  trainer.seed = training.data.seed;
  trainer.time_limit = training.time_limit;
  trainer.out = training.folder;
  if (!trainer.out.empty()) std::filesystem::create_directories(trainer.out);
  return recipe;
}

/// Hooks that hand the progress to the caller, and stop when it says so.
TrainerHooks hooks_of(reszoo_progress_function tell, void* context, const Monitor& monitor) {
  if (tell == nullptr) return {};
  const auto stopped = std::make_shared<bool>(false);
  const auto report = [=](const Progress& now) {
    const reszoo_progress said{
        .epoch = now.epoch,
        .epochs = now.epochs,
        .step = now.step,
        .steps = now.steps,
        .loss = now.loss,
        .validation = now.metrics.empty() ? std::numeric_limits<double>::quiet_NaN() : monitor.value_of(now.metrics),
        .rows_per_second = now.items_per_second,
        .seconds_left = now.seconds_left};
    if (tell(&said, context) != 0) *stopped = true;
  };
  TrainerHooks hooks;
  hooks.on_step = hooks.on_epoch = report;
  hooks.stop_requested = [=] { return *stopped; };
  return hooks;
}

Model fitted(const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options) {
  try {
    return fit(data, recipe, options).model;
  } catch (const TrainingStopped& stopped) {
    throw Stopped(stopped.what());
  }
}

reszoo_model trained(const Frame& rows, const Training& training, reszoo_progress_function tell, void* context) {
  const auto data = make_table_data(rows, training.data);
  const auto recipe = recipe_of(training, data.train.rows());
  FitOptions options{.evaluation = evaluation_of(*data.model.target)};
  options.hooks = hooks_of(tell, context, options.evaluation.monitor);
  auto model = fitted(data, recipe, options);
  for (auto& network : model.networks) network->eval();
  model.fuse();
  if (!training.folder.empty()) model.save(training.folder / "model.safetensors");
  return described(std::move(model));
}

}  // namespace
}  // namespace reszoo::c

reszoo_status reszoo_train_table(const reszoo_table* rows, const char* options, reszoo_progress_function progress,
                                 void* context, reszoo_model** model) {
  using namespace reszoo;
  return c::guarded([&] {
    const auto& table = c::given(rows, "rows").frame;
    auto& to = c::given(model, "model");
    to = new reszoo_model(c::trained(table, c::training_of(c::Options(options)), progress, context));
  });
}
