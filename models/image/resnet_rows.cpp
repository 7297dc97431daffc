// ResNets with norms and activations after the convolutions: torchvision's, timm's resnet.py, and the CIFAR networks.
// resnet_designs.h has the functions that derive one design from another.
#include "resnet_designs.h"

namespace reszoo::designs {
namespace {

ResNetDesign group_norm32(ResNetDesign design) { return with_norm({"group", 32}, std::move(design)); }
/// The smallest ResNet of timm, with both kinds of blocks.
ResNetDesign test_resnet() {
  using enum ResNetDesign::Block;
  return avg_down(
      deep_stem({.blocks = {basic, basic, bottleneck, basic}, .depths = {1, 1, 1, 1}, .widths = {32, 48, 48, 96}}, 16));
}
/// A network of 6n + 2 layers: three stages of n basic blocks.
ResNetDesign cifar_resnet(int64_t n) {
  ResNetDesign design = cifar_stages(basic({}), n);
  design.shortcut = ShortcutKind::zero_pad;
  return design;
}

constexpr const char* kHe2015 = "He et al. 2015, arXiv:1512.03385";
constexpr const char* kHe2018 = "He et al. 2018, arXiv:1812.01187";
constexpr const char* kNext = "Xie et al. 2016, arXiv:1611.05431";
constexpr const char* kWide = "Zagoruyko and Komodakis 2016, arXiv:1605.07146";
constexpr const char* kGroupNorm = "Wu and He 2018, arXiv:1803.08494";

void add_torchvision_resnets(Registry& registry) {
  std::vector<ResNetRow> rows = {
      {.name = "resnet18", .design = basic(depths_2_2_2_2), .paper = kHe2015},
      {.name = "resnet34", .design = basic(depths_3_4_6_3), .paper = kHe2015},
      {.name = "resnet50", .design = bottleneck(depths_3_4_6_3), .paper = kHe2015},
      {.name = "resnet101", .design = bottleneck(depths_3_4_23_3), .paper = kHe2015},
      {.name = "resnet152", .design = bottleneck(depths_3_8_36_3), .paper = kHe2015},
      {.name = "resnext50_32x4d", .design = resnext(32, 4, bottleneck(depths_3_4_6_3)), .paper = kNext},
      {.name = "resnext101_32x8d", .design = resnext(32, 8, bottleneck(depths_3_4_23_3)), .paper = kNext},
      {.name = "resnext101_64x4d", .design = resnext(64, 4, bottleneck(depths_3_4_23_3)), .paper = kNext},
      {.name = "wide_resnet50_2", .design = resnext(1, 128, bottleneck(depths_3_4_6_3)), .paper = kWide},
      {.name = "wide_resnet101_2", .design = resnext(1, 128, bottleneck(depths_3_4_23_3)), .paper = kWide},
  };
  for (auto& row : rows) {
    row.reference = "torchvision";
    add_resnet(registry, row);
  }
}

void add_timm_plain(Registry& registry) {
  add_timm_resnets(
      registry,
      {
          {.name = "test_resnet", .design = test_resnet(), .paper = kHe2018, .size = 160},
          {.name = "resnet10t", .design = resnet_t(basic(depths_1_1_1_1)), .paper = kHe2018, .size = 176},
          {.name = "resnet14t", .design = resnet_t(bottleneck(depths_1_1_1_1)), .paper = kHe2018, .size = 176},
          {.name = "resnet18d", .design = resnet_d(basic(depths_2_2_2_2)), .paper = kHe2018},
          {.name = "resnet26", .design = bottleneck(depths_2_2_2_2), .paper = kHe2015},
          {.name = "resnet26d", .design = resnet_d(bottleneck(depths_2_2_2_2)), .paper = kHe2018},
          {.name = "resnet26t", .design = resnet_t(bottleneck(depths_2_2_2_2)), .paper = kHe2018, .size = 256},
          {.name = "resnet34d", .design = resnet_d(basic(depths_3_4_6_3)), .paper = kHe2018},
          {.name = "resnet50c", .design = deep_stem(bottleneck(depths_3_4_6_3)), .paper = kHe2018},
          {.name = "resnet50d", .design = resnet_d(bottleneck(depths_3_4_6_3)), .paper = kHe2018},
          {.name = "resnet50s", .design = deep_stem(bottleneck(depths_3_4_6_3), 64), .paper = kHe2018},
          {.name = "resnet50t", .design = resnet_t(bottleneck(depths_3_4_6_3)), .paper = kHe2018},
          {.name = "resnet50_gn", .design = group_norm32(bottleneck(depths_3_4_6_3)), .paper = kGroupNorm},
          {.name = "resnet101c", .design = deep_stem(bottleneck(depths_3_4_23_3)), .paper = kHe2018},
          {.name = "resnet101d", .design = resnet_d(bottleneck(depths_3_4_23_3)), .paper = kHe2018, .size = 256},
          {.name = "resnet101s", .design = deep_stem(bottleneck(depths_3_4_23_3), 64), .paper = kHe2018},
          {.name = "resnet152c", .design = deep_stem(bottleneck(depths_3_8_36_3)), .paper = kHe2018},
          {.name = "resnet152d", .design = resnet_d(bottleneck(depths_3_8_36_3)), .paper = kHe2018, .size = 256},
          {.name = "resnet152s", .design = deep_stem(bottleneck(depths_3_8_36_3), 64), .paper = kHe2018},
          {.name = "resnet200", .design = bottleneck(depths_3_24_36_3), .paper = kHe2015},
          {.name = "resnet200d", .design = resnet_d(bottleneck(depths_3_24_36_3)), .paper = kHe2018, .size = 256},
          {.name = "resnext50d_32x4d", .design = resnet_d(resnext(32, 4, bottleneck(depths_3_4_6_3))), .paper = kNext},
          {.name = "resnext101_32x4d", .design = resnext(32, 4, bottleneck(depths_3_4_23_3)), .paper = kNext},
          {.name = "resnext101_32x16d", .design = resnext(32, 16, bottleneck(depths_3_4_23_3)), .paper = kNext},
          {.name = "resnext101_32x32d", .design = resnext(32, 32, bottleneck(depths_3_4_23_3)), .paper = kNext},
      });
}

}  // namespace
}  // namespace reszoo::designs

namespace reszoo {

void add_resnet_rows(Registry& registry) {
  designs::add_torchvision_resnets(registry);
  designs::add_timm_plain(registry);
  add_timm_attention_rows(registry);
  for (const int64_t n : {3, 5, 7, 9, 18, 200})
    add_resnet(registry, {.name = "cifar_resnet" + std::to_string(6 * n + 2),
                          .design = designs::cifar_resnet(n),
                          .reference = "reszoo",
                          .paper = designs::kHe2015,
                          .size = 32});
}

}  // namespace reszoo
