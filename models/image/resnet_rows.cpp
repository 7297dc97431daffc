// The ResNets whose activations follow the norms: torchvision's, those of timm's resnet.py,
// and CIFAR's. Functions in timm's words make one design out of another.
#include "resnet_designs.h"

namespace reszoo::designs {
namespace {

/// ResNeXt's grouped convolutions (cardinality, base_width); one wide group is a Wide ResNet.
ResNetDesign resnext(int64_t cardinality, int64_t base_width, ResNetDesign design) {
  design.groups = cardinality;
  design.group_width = base_width;
  return design;
}
ResNetDesign squeeze_excite(ResNetDesign design, double ratio = 1.0 / 16) {
  design.attention = {Attention::Kind::squeeze_excite, ratio};
  return design;
}
ResNetDesign efficient_channel(ResNetDesign design) {
  design.attention.kind = Attention::Kind::efficient_channel;
  return design;
}
/// Anti-aliasing (aa_layer) by blur pooling and by averages.
ResNetDesign aa_blur(ResNetDesign design) {
  design.anti_alias = AntiAlias::blur;
  return design;
}
ResNetDesign aa_avg(ResNetDesign design) {
  design.anti_alias = AntiAlias::average;
  return design;
}
ResNetDesign group_norm32(ResNetDesign design) { return with_norm({"group", 32}, std::move(design)); }
ResNetDesign resnet_rs(const Depths& depths) {
  ResNetDesign design = squeeze_excite(resnet_d(bottleneck(depths)), 0.25);
  design.stem_pool = ResNetDesign::StemPool::conv;
  return design;
}
ResNetDesign senet154() {
  ResNetDesign design = deep_stem(squeeze_excite(resnext(64, 4, bottleneck(depths_3_8_36_3))), 64);
  design.reduce_first = 2;
  design.projection_kernel = 3;
  return design;
}
/// timm's smallest, with both kinds of block.
ResNetDesign test_resnet() {
  using enum ResNetDesign::Block;
  return avg_down(deep_stem(
      {.blocks = {basic, basic, bottleneck, basic}, .depths = {1, 1, 1, 1}, .widths = {32, 48, 48, 96}}, 16));
}
/// 6n + 2 layers: three stages of n basic blocks.
ResNetDesign cifar_resnet(int64_t n) {
  ResNetDesign design = cifar_stages(basic({}), n);
  design.shortcut = ShortcutKind::zero_pad;
  return design;
}

constexpr const char* kHe2015 = "He et al. 2015, arXiv:1512.03385";
constexpr const char* kHe2018 = "He et al. 2018, arXiv:1812.01187";
constexpr const char* kNext = "Xie et al. 2016, arXiv:1611.05431";
constexpr const char* kWide = "Zagoruyko and Komodakis 2016, arXiv:1605.07146";
constexpr const char* kSqueeze = "Hu et al. 2017, arXiv:1709.01507";
constexpr const char* kEca = "Wang et al. 2019, arXiv:1910.03151";
constexpr const char* kBlur = "Zhang 2019, arXiv:1904.11486";
constexpr const char* kGroupNorm = "Wu and He 2018, arXiv:1803.08494";
constexpr const char* kRs = "Bello et al. 2021, arXiv:2103.07579";
constexpr const char* kStrikes = "Wightman et al. 2021, arXiv:2110.00476";

/// The rows of timm's resnet.py, which initialises every block as the identity.
void add_timm_resnets(Registry& registry, std::vector<ResNetRow> rows) {
  for (auto& row : rows) {
    row.reference = "timm";
    row.design.zero_init_residual = true;
    add_resnet(registry, row);
  }
}

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
  add_timm_resnets(registry, {
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
      {.name = "resnext50d_32x4d",
       .design = resnet_d(resnext(32, 4, bottleneck(depths_3_4_6_3))),
       .paper = kNext},
      {.name = "resnext101_32x4d", .design = resnext(32, 4, bottleneck(depths_3_4_23_3)), .paper = kNext},
      {.name = "resnext101_32x16d", .design = resnext(32, 16, bottleneck(depths_3_4_23_3)), .paper = kNext},
      {.name = "resnext101_32x32d", .design = resnext(32, 32, bottleneck(depths_3_4_23_3)), .paper = kNext},
  });
}

void add_timm_attentive(Registry& registry) {
  add_timm_resnets(registry, {
      {.name = "seresnet18", .design = squeeze_excite(basic(depths_2_2_2_2)), .paper = kSqueeze},
      {.name = "seresnet34", .design = squeeze_excite(basic(depths_3_4_6_3)), .paper = kSqueeze},
      {.name = "seresnet50", .design = squeeze_excite(bottleneck(depths_3_4_6_3)), .paper = kSqueeze},
      {.name = "seresnet50t", .design = squeeze_excite(resnet_t(bottleneck(depths_3_4_6_3))), .paper = kSqueeze},
      {.name = "seresnet101", .design = squeeze_excite(bottleneck(depths_3_4_23_3)), .paper = kSqueeze},
      {.name = "seresnet152", .design = squeeze_excite(bottleneck(depths_3_8_36_3)), .paper = kSqueeze},
      {.name = "seresnet152d",
       .design = squeeze_excite(resnet_d(bottleneck(depths_3_8_36_3))),
       .paper = kSqueeze, .size = 256},
      {.name = "seresnet200d",
       .design = squeeze_excite(resnet_d(bottleneck(depths_3_24_36_3))),
       .paper = kSqueeze, .size = 256},
      {.name = "seresnet269d",
       .design = squeeze_excite(resnet_d(bottleneck(depths_3_30_48_8))),
       .paper = kSqueeze, .size = 256},
      {.name = "seresnext26d_32x4d",
       .design = squeeze_excite(resnet_d(resnext(32, 4, bottleneck(depths_2_2_2_2)))),
       .paper = kSqueeze},
      {.name = "seresnext26t_32x4d",
       .design = squeeze_excite(resnet_t(resnext(32, 4, bottleneck(depths_2_2_2_2)))),
       .paper = kSqueeze},
      {.name = "seresnext50_32x4d",
       .design = squeeze_excite(resnext(32, 4, bottleneck(depths_3_4_6_3))),
       .paper = kSqueeze},
      {.name = "seresnext101_32x4d",
       .design = squeeze_excite(resnext(32, 4, bottleneck(depths_3_4_23_3))),
       .paper = kSqueeze},
      {.name = "seresnext101_32x8d",
       .design = squeeze_excite(resnext(32, 8, bottleneck(depths_3_4_23_3))),
       .paper = kSqueeze},
      {.name = "seresnext101d_32x8d",
       .design = squeeze_excite(resnet_d(resnext(32, 8, bottleneck(depths_3_4_23_3)))),
       .paper = kSqueeze},
      {.name = "seresnext101_64x4d",
       .design = squeeze_excite(resnext(64, 4, bottleneck(depths_3_4_23_3))),
       .paper = kSqueeze},
      {.name = "senet154", .design = senet154(), .paper = kSqueeze},
      {.name = "ecaresnet26t",
       .design = efficient_channel(resnet_t(bottleneck(depths_2_2_2_2))),
       .paper = kEca, .size = 256},
      {.name = "ecaresnet50d", .design = efficient_channel(resnet_d(bottleneck(depths_3_4_6_3))), .paper = kEca},
      {.name = "ecaresnet50t",
       .design = efficient_channel(resnet_t(bottleneck(depths_3_4_6_3))),
       .paper = kEca, .size = 256},
      {.name = "ecaresnet101d",
       .design = efficient_channel(resnet_d(bottleneck(depths_3_4_23_3))),
       .paper = kEca},
      {.name = "ecaresnet200d",
       .design = efficient_channel(resnet_d(bottleneck(depths_3_24_36_3))),
       .paper = kEca, .size = 256},
      {.name = "ecaresnet269d",
       .design = efficient_channel(resnet_d(bottleneck(depths_3_30_48_8))),
       .paper = kEca, .size = 320},
      {.name = "ecaresnetlight",
       .design = efficient_channel(avg_down(bottleneck({1, 1, 11, 3}))),
       .paper = kEca},
      {.name = "ecaresnext26t_32x4d",
       .design = efficient_channel(resnet_t(resnext(32, 4, bottleneck(depths_2_2_2_2)))),
       .paper = kEca},
      {.name = "ecaresnext50t_32x4d",
       .design = efficient_channel(resnet_t(resnext(32, 4, bottleneck(depths_3_4_6_3)))),
       .paper = kEca},
      {.name = "resnetrs50", .design = resnet_rs(depths_3_4_6_3), .paper = kRs, .size = 160},
      {.name = "resnetrs101", .design = resnet_rs(depths_3_4_23_3), .paper = kRs, .size = 192},
      {.name = "resnetrs152", .design = resnet_rs(depths_3_8_36_3), .paper = kRs, .size = 256},
      {.name = "resnetrs200", .design = resnet_rs(depths_3_24_36_3), .paper = kRs, .size = 256},
      {.name = "resnetrs270", .design = resnet_rs({4, 29, 53, 4}), .paper = kRs, .size = 256},
      {.name = "resnetrs350", .design = resnet_rs({4, 36, 72, 4}), .paper = kRs, .size = 288},
      {.name = "resnetrs420", .design = resnet_rs({4, 44, 87, 4}), .paper = kRs, .size = 320},
  });
}

void add_timm_anti_aliased(Registry& registry) {
  add_timm_resnets(registry, {
      {.name = "resnetblur18", .design = aa_blur(basic(depths_2_2_2_2)), .paper = kBlur},
      {.name = "resnetblur50", .design = aa_blur(bottleneck(depths_3_4_6_3)), .paper = kBlur},
      {.name = "resnetblur50d", .design = aa_blur(resnet_d(bottleneck(depths_3_4_6_3))), .paper = kBlur},
      {.name = "resnetblur101d", .design = aa_blur(resnet_d(bottleneck(depths_3_4_23_3))), .paper = kBlur},
      {.name = "resnetaa34d", .design = aa_avg(resnet_d(basic(depths_3_4_6_3))), .paper = kStrikes},
      {.name = "resnetaa50", .design = aa_avg(bottleneck(depths_3_4_6_3)), .paper = kStrikes},
      {.name = "resnetaa50d", .design = aa_avg(resnet_d(bottleneck(depths_3_4_6_3))), .paper = kStrikes},
      {.name = "resnetaa101d", .design = aa_avg(resnet_d(bottleneck(depths_3_4_23_3))), .paper = kStrikes},
      {.name = "seresnetaa50d",
       .design = aa_avg(squeeze_excite(resnet_d(bottleneck(depths_3_4_6_3)))),
       .paper = kSqueeze},
      {.name = "seresnextaa101d_32x8d",
       .design = aa_avg(squeeze_excite(resnet_d(resnext(32, 8, bottleneck(depths_3_4_23_3))))),
       .paper = kSqueeze, .size = 288},
      {.name = "seresnextaa201d_32x8d",
       .design = aa_avg(squeeze_excite(avg_down(deep_stem(resnext(32, 8, bottleneck({3, 24, 36, 4})), 64)))),
       .paper = kSqueeze, .size = 384},
  });
}

}  // namespace
}  // namespace reszoo::designs

namespace reszoo {

void add_resnet_rows(Registry& registry) {
  designs::add_torchvision_resnets(registry);
  designs::add_timm_plain(registry);
  designs::add_timm_attentive(registry);
  designs::add_timm_anti_aliased(registry);
  for (const int64_t n : {3, 5, 7, 9, 18, 200})
    add_resnet(registry, {.name = "cifar_resnet" + std::to_string(6 * n + 2),
                          .design = designs::cifar_resnet(n),
                          .reference = "reszoo",
                          .paper = designs::kHe2015,
                          .size = 32});
}

}  // namespace reszoo
