// Names, options and error messages of the registry.
#include <gtest/gtest.h>

#include "reszoo/nn/drop_block2d.h"
#include "reszoo/nn/drop_path.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Registry, FindsNamesByPattern) {
  EXPECT_EQ(registry().names("resnet1??"),
            (std::vector<std::string>{"resnet101", "resnet152", "resnet10t", "resnet14t", "resnet18d"}));
  EXPECT_TRUE(registry().names("nothing*").empty());
}

TEST(Registry, SuggestsForAnUnknownName) {
  expect_error(ErrorKind::usage, "registry: no model \"resnet5O\"; did you mean resnet50?",
               [] { create_model("resnet5O"); });
}

TEST(Registry, RefusesASecondRowOfTheSameName) {
  Registry rows;
  const auto build = [](const ModelOptions&) { return create_model("cifar_resnet20"); };
  rows.add({.name = "mine", .build = build});
  expect_error(ErrorKind::usage, "\"mine\" is there already", [&] { rows.add({.name = "mine", .build = build}); });
}

TEST(Registry, RefusesAnOptionThatTheRowDoesNotTake) {
  expect_error(ErrorKind::usage, "alexnet: takes no option \"norm\"; it takes outputs, channels, activation, dropout",
               [] { create_model("alexnet", ImageOptions{.norm = Norm{}}); });
  expect_error(ErrorKind::usage, "alexnet: takes no option \"drop_path\"",
               [] { create_model("alexnet", ImageOptions{.drop_path = 0.5}); });
  expect_error(ErrorKind::usage, "resnetv2_50: takes no option \"drop_block\"",
               [] { create_model("resnetv2_50", ImageOptions{.drop_block = 0.1}); });
}

TEST(Registry, RefusesOptionsOfTheOtherDomain) {
  expect_error(ErrorKind::usage, "tabular_resnet: takes options of tabular networks, got those of image networks",
               [] { create_model("tabular_resnet", ImageOptions{.outputs = 3}); });
}

TEST(Registry, RefusesValuesThatCannotBe) {
  expect_error(ErrorKind::usage, "resnet18: outputs must be 0 or more, got -1",
               [] { create_model("resnet18", ImageOptions{.outputs = -1}); });
  expect_error(ErrorKind::usage, "dropout must be in [0, 1), got 1.5",
               [] { create_model("tabular_resnet", TabularOptions{.dropout = 1.5}); });
  expect_error(ErrorKind::usage, "cardinalities must be positive, got 0",
               [] { create_model("tabular_resnet", TabularOptions{.cardinalities = std::vector<int64_t>{0}}); });
  expect_error(ErrorKind::usage, "resnet18: drop_path must be in [0, 1), got 1",
               [] { create_model("resnet18", ImageOptions{.drop_path = 1.0}); });
  expect_error(ErrorKind::usage,
               "replace_stride_with_dilation must have one value for each stage but the first, 3, got 2", [] {
                 create_model("resnet18", ImageOptions{.replace_stride_with_dilation = std::vector<bool>{true, true}});
               });
  expect_error(ErrorKind::usage, "IdentityShortcut: dimensions must agree",
               [] { create_model("resnet18", ImageOptions{.shortcut = ShortcutKind::identity}); });
}

TEST(Options, GoToJsonAndBack) {
  const ModelOptions image =
      ImageOptions{.outputs = 10, .norm = Norm::parse("group:8"), .shortcut = ShortcutKind::zero_pad};
  const ModelOptions dropping = ImageOptions{.dropout = 0.5,
                                             .drop_path = 0.25,
                                             .drop_block = 0.125,
                                             .replace_stride_with_dilation = std::vector<bool>{false, true},
                                             .checkpoint = true};
  EXPECT_EQ(to_json(dropping).dump(), R"({"checkpoint":true,"drop_block":0.125,"drop_path":0.25,"dropout":0.5,)"
                                      R"("replace_stride_with_dilation":[false,true]})");
  EXPECT_EQ(to_json(options_from_json(Domain::image, to_json(dropping))), to_json(dropping));

  const auto json = to_json(image);
  EXPECT_EQ(json.dump(), R"({"norm":"group:8","outputs":10,"shortcut":"zero_pad"})");
  EXPECT_EQ(to_json(options_from_json(Domain::image, json)), json);

  const ModelOptions table = TabularOptions{.numeric = 3,
                                            .cardinalities = std::vector<int64_t>{2, 4},
                                            .dropout = 0.1,
                                            .activation = Activation::parse("leaky_relu:0.2")};
  EXPECT_EQ(to_json(options_from_json(Domain::tabular, to_json(table))), to_json(table));
}

TEST(Options, RefuseUnknownNamesAndKinds) {
  expect_error(ErrorKind::usage, "no option \"wdth\"; did you mean width?", [] {
    options_from_json(Domain::tabular, {{"wdth", 3}});
  });
  expect_error(ErrorKind::usage, "option width: wrong kind of value, got \"wide\"", [] {
    options_from_json(Domain::tabular, {{"width", "wide"}});
  });
}

TEST(Options, DilationKeepsMapsLargeAndParametersAlike) {
  const std::vector<bool> last_two{false, true, true};
  for (const std::string name : {"resnet18", "resnet50", "resnetblur18", "seresnext26t_32x4d", "resnetv2_18d"}) {
    auto plain = create_model(name),
         dilated = create_model(name, ImageOptions{.replace_stride_with_dilation = last_two});
    dilated->eval();
    const torch::NoGradGuard no_grad;
    EXPECT_EQ(dilated->forward_features(torch::rand({1, 3, 64, 64})).size(2), 8) << name;
    EXPECT_EQ(dilated->named_parameters().keys(), plain->named_parameters().keys());
  }
}

TEST(Options, DropRatesGrowLinearlyToTheLastBlock) {
  const auto network = create_model("resnet18", ImageOptions{.drop_path = 0.35});
  std::vector<double> rates;
  for (const auto& module : network->modules())
    if (const auto* drop = module->as<DropPathImpl>()) rates.push_back(drop->options.probability);
  ASSERT_EQ(rates.size(), 7);  // the first block never drops an image
  for (size_t i = 0; i < rates.size(); ++i) EXPECT_NEAR(rates[i], 0.05 * static_cast<double>(i + 1), 1e-12);
}

TEST(Options, DropBlockStandsInTheLastTwoStages) {
  const auto network = create_model("resnet50", ImageOptions{.drop_block = 0.1});
  std::map<std::string, int> blocks;
  for (const auto& item : network->named_modules())
    if (item.value()->as<DropBlock2dImpl>()) ++blocks[item.key().substr(0, 6)];
  EXPECT_EQ(blocks, (std::map<std::string, int>{{"layer3", 6}, {"layer4", 3}}));
}
