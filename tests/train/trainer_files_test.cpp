// The files that a run writes, its hooks, resuming, and what it does not change.
#include <set>

#include "reszoo/train/checkpoint.h"
#include "reszoo/train/trainer.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

TrainResult fit(const TrainerOptions& options, TrainerHooks hooks = {}, const Evaluation& evaluation = by_rmse()) {
  return Trainer(small_net(), squared_error, evaluation, options, std::move(hooks)).fit(small_data(), small_data(20));
}

TrainerOptions with_resume(TrainerOptions options) {
  options.resume = true;
  return options;
}

/// Stops the run after step `last`.
TrainerHooks stopped_at(int64_t last) {
  auto steps = std::make_shared<int64_t>(0);
  return {.stop_requested = [steps, last] { return ++*steps == last; }};
}

/// Returns how often each epoch's loss occurs in the only event file of the folder.
int64_t epochs_in_events(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) files.push_back(entry.path());
  EXPECT_EQ(files.size(), 1u);
  const auto bytes = read_file(files.front());
  int64_t found = 0;
  for (auto at = bytes.find("train/loss"); at != std::string::npos; at = bytes.find("train/loss", at + 1)) ++found;
  return found;
}

/// The rows of small_data as loaded by threads; rows for which `bad` returns true fail to load.
Dataset made_data(std::function<bool(int64_t)> bad = {}, int64_t limit = 50) {
  const auto rows = small_data();
  const Examples examples{.count = 50, .shape = {4}, .write = [rows, bad](int64_t row, Random* random, float* to) {
                            if (bad && bad(row)) fail(ErrorKind::file, "row-{}: damaged", row);
                            for (int64_t i = 0; i < 4; ++i) to[i] = rows.inputs()[row][i].item<float>();
                            if (random) to[0] += static_cast<float>(0.01 * random->uniform());
                          }};
  return {examples, rows.targets(), {.workers = 2, .bad_limit = limit}};
}

struct Thrown {};

}  // namespace

TEST(TrainerFiles, APlateauLowersTheRateAndGoesOnAfterAResume) {
  const TempDir folder;
  auto whole = small_options(folder / "whole"), cut = small_options(folder / "cut");
  whole.schedule = cut.schedule = {};
  whole.epochs = cut.epochs = 6;
  whole.plateau = cut.plateau = PlateauOptions{.patience = 1, .factor = 0.5};
  const Evaluation flat{.metrics = [](const Tensor&, const Tensor&) { return Metrics{{"m", 1.0}}; }};
  std::vector<double> rates;
  for (const auto& record : fit(whole, {}, flat).history) rates.push_back(record.lr);
  EXPECT_EQ(rates, (std::vector<double>{0.01, 0.01, 0.01, 0.005, 0.005, 0.0025}));
  fit(cut, stopped_at(17), flat);
  fit(with_resume(cut), stopped_at(14), flat);
  fit(with_resume(cut), {}, flat);
  expect_same_end(folder / "whole", folder / "cut");
}

TEST(TrainerFiles, EventsAreWrittenAnewByAResumedRun) {
  const TempDir folder;
  auto options = small_options(folder.path());
  options.events = true;
  fit(options, stopped_at(17));
  EXPECT_EQ(epochs_in_events(folder.path()), 2);
  fit(with_resume(options));
  EXPECT_EQ(epochs_in_events(folder.path()), 4);
  fit(with_resume(options));  // the run had ended
  EXPECT_EQ(epochs_in_events(folder.path()), 4);
}

TEST(TrainerFiles, ACheckpointWithinAnEpochIsGoneOnFrom) {
  const TempDir folder;
  fit(small_options(folder / "whole"));
  for (const int64_t last : {3, 7, 12, 20}) {
    const auto out = folder / std::to_string(last);
    auto options = small_options(out);
    options.checkpoint_every = 1e-9;
    int64_t steps = 0;
    TrainerHooks killed;
    killed.on_step = [&](const Progress&) {
      if (++steps > last) throw Thrown();  // like a process that is killed
    };
    EXPECT_THROW(fit(options, killed), Thrown);
    const auto position = read_model_file(out / "checkpoint.safetensors").card["position"];
    EXPECT_EQ(position["epoch"].get<int64_t>() * 7 + position["step"].get<int64_t>(), last);
    fit(with_resume(options));
    expect_same_end(folder / "whole", out);
  }
}

TEST(TrainerFiles, ACheckpointIsNotWrittenBeforeItIsDue) {
  const TempDir folder;
  TrainerHooks hooks;
  hooks.on_step = [&](const Progress& progress) {
    if (progress.epoch == 1) EXPECT_FALSE(fs::exists(folder / "checkpoint.safetensors"));
  };
  for (const double every : {0.0, 600.0}) {
    auto options = small_options(folder.path());
    options.checkpoint_every = every;
    fit(options, hooks);
    fs::remove(folder / "checkpoint.safetensors");
  }
  auto options = small_options();
  options.checkpoint_every = -1;
  expect_error(ErrorKind::usage, "Trainer: checkpoint_every must be at least 0, got -1", [&] { fit(options); });
}

TEST(TrainerFiles, EveryEpochsWeightsAreHandedOut) {
  for (const double average : {0.0, 0.9}) {
    auto options = small_options();
    options.ema_decay = average;
    auto net = small_net();
    std::vector<StateDict> given, best;
    TrainerHooks hooks;
    hooks.on_weights = [&](const StateDict& weights, const std::vector<EpochRecord>& history) {
      EXPECT_EQ(history.size(), given.size() + 1);
      given.emplace_back();
      for (const auto& item : weights) given.back().insert(item.key(), item.value().clone());
      if (given.size() == 2) fail(ErrorKind::file, "model-epoch-002.safetensors: cannot be written");
    };
    std::vector<std::string> warnings;
    hooks.on_warning = [&](const std::string& line) { warnings.push_back(line); };
    const auto result = Trainer(net, squared_error, by_rmse(), options, hooks).fit(small_data(), small_data(20));
    ASSERT_EQ(given.size(), 4u);
    expect_same(snapshot(*net), given.at(static_cast<size_t>(result.best_epoch - 1)));
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_EQ(warnings[0], "model-epoch-002.safetensors: cannot be written; the weights of epoch 2 are not kept");
    given.clear();
    hooks.on_warning = {};
    Trainer(small_net(), squared_error, by_rmse(), options, hooks).fit(small_data());
    EXPECT_EQ(given.size(), 4u);  // also without validation
  }
}

TEST(TrainerFiles, EvaluationAveragesAndCopiesDrawNothing) {
  // Dropout draws from the default generator: any other draw from it would change the next numbers.
  const auto next_numbers = [](const Dataset& data, double average) {
    auto options = small_options();
    options.ema_decay = average;
    TrainerHooks hooks;
    hooks.on_best = [](const StateDict&, const Progress&) {};
    hooks.on_weights = [](const StateDict&, const std::vector<EpochRecord>&) {};
    Trainer trainer(small_net(), squared_error, by_rmse(), options, hooks);
    if (average > 0) trainer.fit(data, data);
    else trainer.fit(data);
    return torch::rand({4});
  };
  for (const auto& data : {small_data(), made_data()})
    EXPECT_TRUE(torch::equal(next_numbers(data, 0), next_numbers(data, 0.9)));
}

TEST(TrainerFiles, RowsFromThreadsEndWithTheSameBitsWhenResumed) {
  const TempDir folder;
  const auto data = made_data([](int64_t row) { return row % 9 == 2; });
  const auto run = [&](const std::string& name, bool resume, int64_t stop) {
    auto options = small_options(folder / name);
    options.resume = resume;
    options.ema_decay = 0.9;
    options.mix = {.mixup = 0.3};
    Trainer(small_net(), squared_error, by_rmse(), options, stopped_at(stop)).fit(data, data);
  };
  run("whole", false, 0);
  run("cut", false, 5);
  run("cut", true, 9);
  run("cut", true, 0);
  expect_same_end(folder / "whole", folder / "cut");
}

TEST(TrainerFiles, ABatchWithoutGoodRowsIsPassedOver) {
  // All rows but one of the third batch of epoch 0 are bad: batch norm could not train on the remaining one.
  const auto order = epoch_order(50, small_options().seed, 0);
  std::set<int64_t> bad;
  for (int64_t i = 14; i < 20; ++i) bad.insert(order[i].item<int64_t>());
  for (const bool all : {false, true}) {
    if (all) bad.insert(order[20].item<int64_t>());
    auto options = small_options();
    options.epochs = 1;
    auto net = small_net();
    StateDict before;
    TrainerHooks hooks;
    hooks.on_step = [&](const Progress& progress) {
      auto after = snapshot(*net);
      if (progress.step == 3) expect_same(after, before);
      before = std::move(after);
    };
    const auto data = made_data([bad](int64_t row) { return bad.contains(row); });
    const auto result = Trainer(net, squared_error, by_rmse(), options, hooks).fit(data, data);
    EXPECT_EQ(result.history.front().step, 7);
    EXPECT_GT(result.history.front().loss, 0);
  }
  const auto none = made_data([](int64_t) { return true; });
  expect_error(ErrorKind::input, "no row is left to measure on",
               [&] { Trainer(small_net(), squared_error, by_rmse(), small_options()).evaluate(none); });
}
