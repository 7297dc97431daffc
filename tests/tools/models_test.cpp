// models, and what every tool has.
#include <algorithm>

#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Models, ListsNamesAPatternFinds) {
  const auto all = expect_success({"models"}).out;
  for (const auto* name : {"resnet18\n", "alexnet\n", "cifar_resnet20\n", "tabular_resnet\n"})
    EXPECT_NE(all.find(name), std::string::npos) << name;
  EXPECT_EQ(expect_success({"models", "resnet??"}).out, "resnet18\nresnet34\nresnet50\nresnet26\n");
  EXPECT_EQ(expect_success({"models", "cifar_resnet?0", "--json"}).json(),
            nlohmann::json::parse(R"({"models": ["cifar_resnet20"]})"));
}

TEST(Models, DescribesResnet50) {
  const auto json = expect_success({"models", "--describe", "resnet50", "--json"}).json();
  EXPECT_EQ(json["parameters"], 25557032);
  EXPECT_EQ(json["keys"], 320);
  for (const auto* key : {"name", "domain", "input", "paper", "weights", "stages", "multiply_adds", "accepted_options"})
    EXPECT_TRUE(json.contains(key)) << key;
}

TEST(Models, AnUnknownNameGetsASuggestion) {
  expect_failure(1, {"models", "--describe", "resnet5O"}, {"resnet5O", "did you mean resnet50?"});
}

TEST(Tools, SayTheirVersionAndHelp) {
  for (const std::string tool : {"train", "evaluate", "predict", "features", "models"}) {
    EXPECT_TRUE(expect_success({tool, "--version"}).out.starts_with("reszoo ")) << tool;
    EXPECT_NE(expect_success({tool, "--help"}).out.find("--device"), std::string::npos) << tool;
  }
}

TEST(Tools, AMissingRequiredOptionIsUsage) {
  expect_failure(2, {"train"}, {"--data"});
  expect_failure(2, {"evaluate", "--data", "x.csv"}, {"--weights"});
  expect_failure(2, {"predict", "x.csv"}, {"--weights"});
  expect_failure(2, {"features", "--weights", "x"}, {"required"});
}

TEST(Tools, AnUnknownOptionIsUsage) { expect_failure(2, {"models", "--colour", "red"}, {"--colour"}); }
