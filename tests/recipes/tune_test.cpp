#include "reszoo/recipes/tune.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "reszoo/base/atomic_file.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

TrainingRecipe long_recipe() {
  auto recipe = training_recipe("paper", 1000);
  recipe.trainer.epochs = 100;
  return recipe;
}

/// A search whose objective is the distance of the learning rate from 1e-3: known and cheap.
struct Counting {
  std::vector<std::pair<std::string, int64_t>> calls;  // folder and number of epochs

  double operator()(const TrainingRecipe& recipe) {
    calls.emplace_back(recipe.trainer.out.filename().string(), recipe.trainer.epochs);
    return std::abs(std::log(recipe.trainer.optimizer.lr / 1.1e-3));
  }
};

std::vector<int64_t> numbers_of(const std::vector<Trial>& trials) {
  std::vector<int64_t> numbers;
  for (const auto& trial : trials) numbers.push_back(trial.number);
  return numbers;
}

}  // namespace

TEST(Tune, ATrialIsAFunctionOfSeedAndNumber) {
  const auto recipe = long_recipe();
  EXPECT_EQ(draw_trial(recipe, 1, 7).changes, draw_trial(recipe, 1, 7).changes);
  EXPECT_NE(draw_trial(recipe, 1, 7).changes, draw_trial(recipe, 1, 8).changes);
  EXPECT_NE(draw_trial(recipe, 1, 7).changes, draw_trial(recipe, 2, 7).changes);
  EXPECT_TRUE(draw_trial(recipe, 1, 0).changes.empty());
}

TEST(Tune, TrialsStayInTheirSpace) {
  const auto recipe = training_recipe("auto", 1000), paper = training_recipe("paper", 1000);
  for (int64_t i = 1; i < 300; ++i) {
    const auto trial = draw_trial(recipe, 3, i);
    const auto &options = trial.recipe.options, plain = draw_trial(paper, 3, i).recipe.options;
    EXPECT_GE(options.at("blocks"), 1);
    EXPECT_LE(options.at("blocks"), 3);
    EXPECT_GE(options.at("width"), 48);
    EXPECT_LE(options.at("width"), 192);
    EXPECT_LE(options.at("hidden_factor"), 2);
    EXPECT_LE(plain.at("blocks"), 4);
    EXPECT_GE(plain.at("width"), 64);
    EXPECT_LE(plain.at("width"), 384);
    EXPECT_LE(options.at("dropout"), 0.5);
    EXPECT_GE(trial.recipe.bins, 2);
    EXPECT_LE(trial.recipe.bins, 64);
    EXPECT_GE(trial.recipe.trainer.optimizer.lr, 3e-4);
    EXPECT_LE(trial.recipe.trainer.optimizer.lr, 1e-2);
    EXPECT_LE(trial.recipe.trainer.optimizer.weight_decay, 0.1);
    EXPECT_EQ(options.at("members"), recipe.options.at("members"));
  }
}

TEST(Tune, HalvingGivesTheBetterThirdMoreEpochs) {
  const TempDir folder;
  Counting counting;
  const auto trials = tune(long_recipe(), {.trials = 9, .out = folder / "tune"}, std::ref(counting));
  std::map<int64_t, int> count;
  for (const auto& [name, epochs] : counting.calls) ++count[epochs];
  EXPECT_EQ(count, (std::map<int64_t, int>{{4, 9}, {12, 3}, {100, 1}}));
  ASSERT_EQ(trials.size(), 9u);
  for (const auto& trial : trials) EXPECT_LE(trials.front().value, trial.value);
  EXPECT_EQ(trials.front().epochs, 100);
}

TEST(Tune, ASearchThatWasCutOffGoesOnWhereItWas) {
  const TempDir folder;
  const TuneOptions options{.trials = 9, .seed = 5, .out = folder / "tune"};
  Counting whole;
  const auto wanted = tune(long_recipe(), {.trials = 9, .seed = 5, .out = folder / "whole"}, std::ref(whole));
  Counting first, second;
  const auto cut = [&](const TrainingRecipe& recipe) {
    if (first.calls.size() == 5) throw std::runtime_error("cut off");
    return first(recipe);
  };
  EXPECT_THROW(tune(long_recipe(), options, cut), std::runtime_error);
  std::ofstream(folder / "tune/tune.jsonl", std::ios::app) << R"({"trial": 5, "ep)";  // killed while writing
  const auto trials = tune(long_recipe(), options, std::ref(second));
  EXPECT_EQ(numbers_of(trials), numbers_of(wanted));
  EXPECT_EQ(first.calls.size() + second.calls.size(), whole.calls.size());
  EXPECT_EQ(read_file(folder / "tune/tune.jsonl"), read_file(folder / "whole/tune.jsonl"));
}

TEST(Tune, ATrialWithoutAValueIsTheWorst) {
  const auto trials = tune(long_recipe(), {.trials = 5}, [](const TrainingRecipe& recipe) {
    return recipe.trainer.optimizer.lr > 1e-3 ? std::nan("") : recipe.trainer.optimizer.lr;
  });
  EXPECT_FALSE(std::isnan(trials.front().value));
}

TEST(Tune, WhatMakesNoSenseIsRefused) {
  const auto objective = [](const TrainingRecipe&) { return 0.0; };
  expect_error_parts(ErrorKind::usage, {"at least one", "0"}, [&] { tune(long_recipe(), {.trials = 0}, objective); });
}

TEST(Tune, AFallingRateStartsAnewWithMoreEpochs) {
  const TempDir folder;
  const auto folders_of = [&](const char* schedule) {
    auto recipe = long_recipe();
    recipe.trainer.schedule = Schedule::parse(schedule);
    Counting counting;
    tune(recipe, {.trials = 1, .out = folder / schedule}, std::ref(counting));
    tune(recipe, {.trials = 3, .out = folder / schedule}, std::ref(counting));
    std::set<std::string> names;
    for (const auto& [name, epochs] : counting.calls) names.insert(name);
    return names;
  };
  EXPECT_EQ(folders_of("constant"), (std::set<std::string>{"trial-000", "trial-001", "trial-002"}));
  EXPECT_EQ(folders_of("cosine").size(), 4u);
}
