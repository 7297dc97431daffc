#include "reszoo/recipes/recipe_choices.h"

#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(RecipeChoices, WhatIsNotChosenIsTheRecipes) {
  const auto plain = training_recipe("auto", 1000), chosen = chosen_recipe({}, 1000);
  EXPECT_EQ(settings_of(chosen), settings_of(plain));
  EXPECT_EQ(chosen.trainer.epochs, plain.trainer.epochs);
  EXPECT_EQ(chosen.trainer.planned_epochs, plain.trainer.planned_epochs);
  EXPECT_EQ(chosen.trainer.optimizer.lr, plain.trainer.optimizer.lr);
}

TEST(RecipeChoices, ANetworkOfImagesHasTheRecipeOfImages) {
  RecipeChoices choices;
  choices.network = "resnet18";
  EXPECT_EQ(choices.domain(), Domain::image);
  const auto recipe = chosen_recipe(choices, 1000);
  EXPECT_EQ(recipe.network, "resnet18");
  EXPECT_EQ(recipe.trainer.optimizer.kind, training_recipe("image", 1000).trainer.optimizer.kind);
}

TEST(RecipeChoices, ValuesReplaceTheRecipes) {
  RecipeChoices choices;
  choices.recipe = "paper";
  choices.options = {{"width", 32}};
  choices.epochs = 7;
  choices.optimizer = "sgd";
  choices.momentum = 0;
  choices.loss = "huber";
  const auto recipe = chosen_recipe(choices, 1000);
  EXPECT_EQ(recipe.options.at("width"), 32);
  EXPECT_EQ(recipe.trainer.epochs, 7);
  EXPECT_EQ(recipe.trainer.planned_epochs, 0);
  EXPECT_EQ(recipe.trainer.optimizer.kind, OptimizerKind::sgd);
  EXPECT_FALSE(recipe.trainer.optimizer.nesterov);  // which needs momentum
  choices.options = {{"depth", 32}};
  expect_error_parts(ErrorKind::usage, {"depth"}, [&] { chosen_recipe(choices, 1000); });
}
