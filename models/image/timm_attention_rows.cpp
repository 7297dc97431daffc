// ResNets of timm's resnet.py with channel attention or anti-aliasing.
#include "resnet_designs.h"

namespace reszoo::designs {
namespace {

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
constexpr const char* kSqueeze = "Hu et al. 2017, arXiv:1709.01507";
constexpr const char* kEca = "Wang et al. 2019, arXiv:1910.03151";
constexpr const char* kBlur = "Zhang 2019, arXiv:1904.11486";
constexpr const char* kRs = "Bello et al. 2021, arXiv:2103.07579";
constexpr const char* kStrikes = "Wightman et al. 2021, arXiv:2110.00476";

void add_timm_attentive(Registry& registry) {
  add_timm_resnets(
      registry,
      {
          {.name = "seresnet18", .design = squeeze_excite(basic(depths_2_2_2_2)), .paper = kSqueeze},
          {.name = "seresnet34", .design = squeeze_excite(basic(depths_3_4_6_3)), .paper = kSqueeze},
          {.name = "seresnet50", .design = squeeze_excite(bottleneck(depths_3_4_6_3)), .paper = kSqueeze},
          {.name = "seresnet50t", .design = squeeze_excite(resnet_t(bottleneck(depths_3_4_6_3))), .paper = kSqueeze},
          {.name = "seresnet101", .design = squeeze_excite(bottleneck(depths_3_4_23_3)), .paper = kSqueeze},
          {.name = "seresnet152", .design = squeeze_excite(bottleneck(depths_3_8_36_3)), .paper = kSqueeze},
          {.name = "seresnet152d",
           .design = squeeze_excite(resnet_d(bottleneck(depths_3_8_36_3))),
           .paper = kSqueeze,
           .size = 256},
          {.name = "seresnet200d",
           .design = squeeze_excite(resnet_d(bottleneck(depths_3_24_36_3))),
           .paper = kSqueeze,
           .size = 256},
          {.name = "seresnet269d",
           .design = squeeze_excite(resnet_d(bottleneck(depths_3_30_48_8))),
           .paper = kSqueeze,
           .size = 256},
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
           .paper = kEca,
           .size = 256},
          {.name = "ecaresnet50d", .design = efficient_channel(resnet_d(bottleneck(depths_3_4_6_3))), .paper = kEca},
          {.name = "ecaresnet50t",
           .design = efficient_channel(resnet_t(bottleneck(depths_3_4_6_3))),
           .paper = kEca,
           .size = 256},
          {.name = "ecaresnet101d", .design = efficient_channel(resnet_d(bottleneck(depths_3_4_23_3))), .paper = kEca},
          {.name = "ecaresnet200d",
           .design = efficient_channel(resnet_d(bottleneck(depths_3_24_36_3))),
           .paper = kEca,
           .size = 256},
          {.name = "ecaresnet269d",
           .design = efficient_channel(resnet_d(bottleneck(depths_3_30_48_8))),
           .paper = kEca,
           .size = 320},
          {.name = "ecaresnetlight", .design = efficient_channel(avg_down(bottleneck({1, 1, 11, 3}))), .paper = kEca},
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
  add_timm_resnets(
      registry,
      {
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
           .paper = kSqueeze,
           .size = 288},
          {.name = "seresnextaa201d_32x8d",
           .design = aa_avg(squeeze_excite(avg_down(deep_stem(resnext(32, 8, bottleneck({3, 24, 36, 4})), 64)))),
           .paper = kSqueeze,
           .size = 384},
      });
}

}  // namespace
}  // namespace reszoo::designs

namespace reszoo {

void add_timm_attention_rows(Registry& registry) {
  designs::add_timm_attentive(registry);
  designs::add_timm_anti_aliased(registry);
}

}  // namespace reszoo
