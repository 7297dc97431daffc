// Names, options and what is refused.
#include <gtest/gtest.h>

#include "reszoo/zoo/registry.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Registry, FindsNamesByPattern) {
  EXPECT_EQ(registry().names("resnet*"),
            (std::vector<std::string>{"resnet18", "resnet34", "resnet50", "resnet101", "resnet152"}));
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
  expect_error(ErrorKind::usage, "resnet18: takes no option \"dropout\"",
               [] { create_model("resnet18", ImageOptions{.dropout = 0.5}); });
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
  expect_error(ErrorKind::usage, "IdentityShortcut: dimensions must agree",
               [] { create_model("resnet18", ImageOptions{.shortcut = ShortcutKind::identity}); });
}

TEST(Options, GoToJsonAndBack) {
  const ModelOptions image = ImageOptions{.outputs = 10, .norm = Norm::parse("group:8"), .shortcut = ShortcutKind::zero_pad};
  const auto json = to_json(image);
  EXPECT_EQ(json.dump(), R"({"norm":"group:8","outputs":10,"shortcut":"zero_pad"})");
  EXPECT_EQ(to_json(options_from_json(Domain::image, json)), json);

  const ModelOptions table = TabularOptions{.numeric = 3, .cardinalities = std::vector<int64_t>{2, 4}, .dropout = 0.1,
                                            .activation = Activation::parse("leaky_relu:0.2")};
  EXPECT_EQ(to_json(options_from_json(Domain::tabular, to_json(table))), to_json(table));
}

TEST(Options, RefuseUnknownNamesAndKinds) {
  expect_error(ErrorKind::usage, "no option \"wdth\"; did you mean width?",
               [] { options_from_json(Domain::tabular, {{"wdth", 3}}); });
  expect_error(ErrorKind::usage, "option width: wrong kind of value, got \"wide\"",
               [] { options_from_json(Domain::tabular, {{"width", "wide"}}); });
}
