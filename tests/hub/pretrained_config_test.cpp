// The table of published weights is complete and verifiable.
#include "reszoo/hub/pretrained_config.h"

#include <nlohmann/json.hpp>
#include <set>

#include "reszoo/hub/imagenet.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

std::vector<PretrainedConfig> all() {
  std::vector<PretrainedConfig> rows;
  for (const auto& model : pretrained_models())
    for (auto& row : pretrained_configs(model)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace

TEST(Published, EveryRowIsOfTheRegistry) {
  const auto names = registry().names();
  const std::set<std::string> known(names.begin(), names.end());
  for (const auto& model : pretrained_models()) EXPECT_TRUE(known.contains(model)) << model;
}

TEST(Published, EveryRowHasADigestThatItsFileIsNamedBy) {
  size_t by_url = 0, by_hub = 0;
  for (const auto& row : all()) {
    ++(row.hub.empty() ? by_url : by_hub);
    if (!row.hub.empty()) continue;
    ASSERT_EQ(row.digest.size(), 8u) << row.file;
    EXPECT_EQ(row.digest.find_first_not_of("0123456789abcdef"), std::string::npos) << row.file;
    EXPECT_TRUE(row.file.ends_with("-" + row.digest + ".pth")) << row.file;
    EXPECT_TRUE(row.url.starts_with("https://") && row.url.ends_with("/" + row.file)) << row.url;
  }
  EXPECT_EQ(by_url, 151u);
  EXPECT_EQ(by_hub, 39u);
}

TEST(Published, RowsOfTheHubNameTheirRepository) {
  const auto weights = find_pretrained_config("resnetv2_50x1_bit.goog_in21k");
  EXPECT_EQ(weights.hub, "hf-hub:timm/resnetv2_50x1_bit.goog_in21k");
  EXPECT_EQ(source_of(weights), weights.hub);
  EXPECT_EQ(weights.classes, 21843);
  EXPECT_EQ(weights.preprocess.mean, (std::vector<double>{0.5, 0.5, 0.5}));
  EXPECT_EQ(to_json(weights)["hub"], weights.hub);
  EXPECT_FALSE(to_json(weights).contains("url"));
  EXPECT_EQ(find_pretrained_config("resnetv2_50x1_bit").tag, "goog_distilled_in1k");
  EXPECT_EQ(find_pretrained_config("resnet18d").tag, "ra2_in1k");
  EXPECT_EQ(source_of(find_pretrained_config("resnet18")), "download.pytorch.org");
}

TEST(Published, NamesDifferAndFilesOfOneNameAreOne) {
  std::set<std::string> names;
  std::map<std::string, std::string> urls;
  for (const auto& row : all()) {
    EXPECT_TRUE(names.insert(row.model + "." + row.tag).second) << row.model << "." << row.tag;
    if (row.hub.empty()) EXPECT_EQ(urls.try_emplace(row.file, row.url).first->second, row.url);
  }
}

TEST(Published, ImagesArePreparedForEveryRow) {
  for (const auto& row : all()) {
    const auto& p = row.preprocess;
    ASSERT_TRUE(p.crop.has_value());
    EXPECT_GE(p.resize, *p.crop) << row.file;
    EXPECT_TRUE(p.interpolation == "bilinear" || p.interpolation == "bicubic");
    if (!row.hub.empty()) continue;
    EXPECT_EQ(p.mean, imagenet_preprocess().mean);
    EXPECT_EQ(p.std, imagenet_preprocess().std);
    EXPECT_EQ(row.classes, 1000);
  }
}

TEST(Published, TheDefaultIsTorchvisionsBest) {
  const auto weights = find_pretrained_config("resnet50");
  EXPECT_EQ(weights.tag, "IMAGENET1K_V2");
  EXPECT_EQ(weights.url, "https://download.pytorch.org/models/resnet50-11ad3fa6.pth");
  EXPECT_EQ(weights.digest, "11ad3fa6");
  EXPECT_EQ(weights.preprocess.resize, 232);
  EXPECT_EQ(weights.top1, 80.858);
  EXPECT_EQ(find_pretrained_config("resnet50", "IMAGENET1K_V1").preprocess.resize, 256);
  EXPECT_EQ(find_pretrained_config("resnet50d").tag, "ra2_in1k");
}

TEST(Published, ATagMayStandBehindTheName) {
  const auto weights = find_pretrained_config("resnet50", "a1_in1k");
  EXPECT_EQ(weights.file, "resnet50_a1_0-14fe96d1.pth");
  EXPECT_EQ(weights.preprocess.interpolation, "bicubic");
  EXPECT_EQ(weights.preprocess.resize, 235);  // floor(224 / 0.95)
  EXPECT_EQ(weights.license, "apache-2.0");
  EXPECT_FALSE(weights.top1);
  EXPECT_EQ(find_pretrained_config("resnet50.a1_in1k").file, weights.file);
  EXPECT_EQ(find_pretrained_config("resnet50:a1_in1k").file, weights.file);
}

TEST(Published, WhatIsUnknownGetsASuggestion) {
  expect_error_parts(ErrorKind::usage,
                     {"resnet50 has no weights \"IMAGENET1K_V3\"", "it has IMAGENET1K_V2,", "a1_in1k"},
                     [] { find_pretrained_config("resnet50", "IMAGENET1K_V3"); });
  expect_error_parts(ErrorKind::usage, {"did you mean a1h_in1k?"},
                     [] { find_pretrained_config("resnet101.a1x_in1k"); });
  expect_error_parts(ErrorKind::usage, {"no model \"resnet5O\"", "did you mean resnet50?"},
                     [] { find_pretrained_config("resnet5O"); });
  expect_error_parts(ErrorKind::usage, {"cifar_resnet20 has no published weights"},
                     [] { find_pretrained_config("cifar_resnet20"); });
}

TEST(Published, JsonHasWhatIsKnown) {
  const auto json = to_json(find_pretrained_config("resnet18"));
  EXPECT_EQ(json["sha256_begins"], "f37072fd");
  EXPECT_EQ(json["top1"], 69.758);
  EXPECT_FALSE(json.contains("license"));
  EXPECT_FALSE(to_json(find_pretrained_config("resnet18.a1_in1k")).contains("top1"));
}

TEST(ImagenetClasses, AreAThousandDifferentNamesInTheirOrder) {
  const auto& names = imagenet_classes();
  ASSERT_EQ(names.size(), 1000u);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 1000u);
  EXPECT_EQ(names[0], "tench");
  EXPECT_EQ(names[281], "tabby");
  EXPECT_EQ(names[999], "toilet tissue");
}
