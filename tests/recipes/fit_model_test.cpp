#include "reszoo/recipes/fit_model.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "reszoo/preprocess/bins.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// 400 rows: y = sin(3 a) + (b is "x"), with some missing values.
Frame rows() {
  torch::manual_seed(2);
  std::vector<double> a, y;
  std::vector<std::string> b;
  const auto values = torch::rand({400}, torch::kFloat64) * 4 - 2;
  for (int64_t i = 0; i < 400; ++i) {
    const double value = values[i].item<double>();
    a.push_back(i % 50 == 7 ? std::nan("") : value);
    b.push_back(i % 3 == 0 ? "x" : i % 3 == 1 ? "y" : "z");
    y.push_back(std::sin(3 * value) + (i % 3 == 0));
  }
  return {{Column::of_numbers("a", a), Column::of_text("b", b), Column::of_numbers("y", y)}};
}

Evaluation by_rmse() {
  return {.metrics = [](const Tensor& outputs, const Tensor& targets) {
    return Metrics{{"rmse", rmse(outputs.dim() == 3 ? outputs.mean(1) : outputs, targets)}};
  }};
}

Model prepared(const Frame& table) {
  Model model;
  model.table = TablePreprocess::fit(table, "y");
  model.target = Target::fit(table, {"y"});
  return model;
}

FitData data_of(const Model& model, const Frame& table) {
  const Dataset all(model.input(table), model.target->encode(table));
  return {all, all};
}

/// The recipe, reduced to a size for tests.
TrainingRecipe small(const char* name) {
  auto recipe = training_recipe(name, 400);
  recipe.options.update({{"blocks", 1}, {"width", 16}});
  if (recipe.options.contains("members")) recipe.options["members"] = 4;
  recipe.trainer.epochs = 15;
  recipe.trainer.batch_size = 32;
  recipe.trainer.optimizer.lr = 1e-2;
  return recipe;
}

}  // namespace

TEST(Fit, EveryRecipeForTablesLearns) {
  const auto table = rows();
  for (const auto* name : {"auto", "paper"}) {
    auto model = prepared(table);
    const auto result = fit_model(model, small(name), data_of(model, table), by_rmse());
    EXPECT_LT(best_value(result, by_rmse()), 0.75) << name;
    EXPECT_EQ(model.outputs(model.input(table)).size(0), 400) << name;
  }
}

TEST(Fit, BinsAreCutByQuantilesOrByATreeOnTheTarget) {
  const auto table = rows();
  const auto bins_of = [&](Binning binning) {
    auto model = prepared(table);
    auto recipe = small("auto");
    recipe.bins = 6;
    recipe.binning = binning;
    build_network(model, recipe, data_of(model, table).train);
    return std::get<TabularOptions>(model.options).bins.value();
  };
  const auto by_quantiles = bins_of(Binning::quantile), by_tree = bins_of(Binning::tree);
  ASSERT_EQ(by_quantiles.size(), by_tree.size());
  EXPECT_NE(by_quantiles[0], by_tree[0]);
  EXPECT_EQ(by_tree[0].size(), 7u);
  EXPECT_EQ(parse_binning(text_of(Binning::tree)), Binning::tree);
  expect_error(ErrorKind::usage, "must be quantile or tree, got \"trees\"; did you mean tree?",
               [] { parse_binning("trees"); });
}

TEST(Fit, BinsOfSeveralTargetsAreQuantiles) {
  const auto table = rows();
  auto model = prepared(table);
  auto recipe = small("auto");
  recipe.binning = Binning::tree;
  const Dataset two(model.input(table), torch::rand({400, 2}));
  build_network(model, recipe, two);
  const auto bins = std::get<TabularOptions>(model.options).bins.value();
  EXPECT_EQ(bins, quantile_bins(model.input(table).narrow(1, 0, model.table->numeric_count()), recipe.bins));
}

TEST(Fit, IsAFunctionOfRecipeAndData) {
  const auto table = rows();
  const auto trained = [&](uint64_t seed) {
    auto model = prepared(table);
    auto recipe = small("auto");
    recipe.trainer.epochs = 2;
    recipe.trainer.seed = seed;
    torch::rand({3});
    fit_model(model, recipe, data_of(model, table), by_rmse());
    return model.outputs(model.input(table));
  };
  EXPECT_TRUE(torch::equal(trained(1), trained(1)));
  EXPECT_FALSE(torch::equal(trained(1), trained(2)));
}

TEST(Fit, WhatTheRecipeFreezesStaysAsItBegan) {
  const auto table = rows();
  auto model = prepared(table);
  auto recipe = small("paper");
  recipe.trainer.epochs = 1;
  recipe.fine_tuning = {.freeze = {"*"}, .unfreeze = {"output.linear.*"}};
  StateDict before;
  fit_model(model, recipe, data_of(model, table), by_rmse(), {}, [&](Network& network) {
    for (const auto& item : state_of(*network)) before.insert(item.key(), item.value().clone());
  });
  for (const auto& item : state_of(*model.network()))
    EXPECT_EQ(torch::equal(item.value(), before[item.key()]), !item.key().starts_with("output.linear.")) << item.key();

  recipe.fine_tuning.unfreeze = {};
  expect_error(ErrorKind::usage, "freeze: a parameter must be left to train",
               [&] { fit_model(model, recipe, data_of(model, table), by_rmse()); });
}

TEST(Fit, RatesByLayerAreRulesOfTheOptimizer) {
  const auto table = rows();
  auto model = prepared(table);
  build_network(model, small("paper"), data_of(model, table).train);
  std::vector<ParameterRule> rules = {{.pattern = "*.bias", .weight_decay = 0}};
  apply_fine_tuning(model.network(), {.layer_decay = 0.5, .body_lr_factor = 0.1}, rules);
  EXPECT_DOUBLE_EQ(resolve_rules(rules, "blocks.0.linear1.weight").lr_factor, 0.05);
  EXPECT_DOUBLE_EQ(resolve_rules(rules, "input_projection.weight").lr_factor, 0.025);
  EXPECT_EQ(resolve_rules(rules, "output.linear.bias"),
            (ParameterRule{.pattern = "output.linear.bias", .weight_decay = 0}));
}

TEST(Fit, SettingsNameFineTuningWhereThereIsSome) {
  auto recipe = small("paper");
  EXPECT_FALSE(settings_of(recipe).contains("freeze"));
  recipe.fine_tuning = {.freeze = {"a.*", "b.*"}, .freeze_norms = true, .layer_decay = 0.5};
  recipe.loss.choose("bce");
  const auto settings = settings_of(recipe);
  EXPECT_EQ(settings["freeze"], "a.* b.*");
  EXPECT_EQ(settings["freeze_norms"], true);
  EXPECT_EQ(settings["layer_decay"], 0.5);
  EXPECT_EQ(settings["class_loss"], "bce");
}

TEST(Fit, ATableWithoutNumbersNeedsNoEmbeddingOfThem) {
  auto table = rows();
  table.columns.erase(table.columns.begin());
  auto model = prepared(table);
  auto recipe = small("auto");
  recipe.trainer.epochs = 1;
  EXPECT_NO_THROW(fit_model(model, recipe, data_of(model, table), by_rmse()));
}

TEST(Fit, AnEnsembleIsOneFileAndTheMeanOfItsNetworks) {
  const TempDir folder;
  const auto table = rows();
  auto model = prepared(table);
  auto recipe = small("paper");
  recipe.trainer.epochs = 2;
  fit_model(model, recipe, data_of(model, table), by_rmse());
  auto other = prepared(table);
  recipe.trainer.seed = 1;
  fit_model(other, recipe, data_of(other, table), by_rmse());
  const auto inputs = model.input(table);
  const auto first = model.outputs(inputs), second = other.outputs(inputs);
  model.networks.push_back(other.network());
  const auto together = model.outputs(inputs);
  EXPECT_EQ(together.sizes(), (std::vector<int64_t>{400, 2, 1}));
  EXPECT_TRUE(torch::allclose(model.target->decode(together), model.target->decode((first + second) / 2)));
  EXPECT_EQ(model.features(inputs).size(1), 32);

  model.save(folder / "model.safetensors");
  auto loaded = Model::load(folder / "model.safetensors");
  EXPECT_TRUE(torch::equal(loaded.outputs(loaded.input(table)), together));
  EXPECT_NEAR(loaded.predict(Row{{"a", 0.5}, {"b", "x"}}).value, model.predict(Row{{"a", 0.5}, {"b", "x"}}).value,
              1e-6);
}

TEST(TrainingRecipe, MoreRowsTakeFewerEpochs) {
  const auto epochs = [](int64_t rows) { return training_recipe("auto", rows).trainer.planned_epochs; };
  EXPECT_EQ(epochs(1), 100);
  EXPECT_EQ(epochs(1000), 60);
  EXPECT_EQ(epochs(64'000), 15);
  EXPECT_EQ(epochs(1'000'000), 8);
  EXPECT_EQ(epochs(8'000'000), 4);
  EXPECT_EQ(epochs(100'000'000), 2);
  EXPECT_EQ(epochs(1'000'000'000), 1);
  const auto fast = [](int64_t rows) { return training_recipe("fast", rows).trainer.epochs; };
  EXPECT_EQ(fast(1000), 15);
  EXPECT_EQ(fast(1'000'000), 3);
  EXPECT_EQ(fast(8'000'000), 1);
  EXPECT_EQ(fast(1'000'000'000), 1);
  for (const int64_t rows : {1, 1000, 1'000'000}) {
    const auto trainer = training_recipe("auto", rows).trainer;
    EXPECT_GE(trainer.patience, 4);
    EXPECT_EQ(trainer.epochs, 2 * trainer.planned_epochs);
    EXPECT_LT(trainer.schedule.factor(999, 1000), 0.01);
  }
}

TEST(TrainingRecipe, AnUnknownNameIsRefused) {
  expect_error_parts(
      ErrorKind::usage,
      {"auto, fast, best, paper, image, cifar, torchvision-v1, timm-a3 or finetune", "papier", "did you mean paper"},
      [] { training_recipe("papier", 10); });
}
