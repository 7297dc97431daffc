// The ResNets whose activations stand behind the norms: torchvision's, those of
// timm's resnet.py, and CIFAR's. Adjectives make one design out of another.
#include "../catalog.h"

namespace reszoo {
namespace {

using Depths = std::vector<int64_t>;
using Design = ResNetDesign;

Design bottleneck(Depths depths) { return {.depths = std::move(depths)}; }
Design basic(Depths depths) { return {.blocks = {Design::Block::basic}, .depths = std::move(depths)}; }

/// Letters of He et al. 2018, as timm has them: C three convolutions in the stem, S
/// the same wider, D also averages in the projections, T also narrows the first.
Design c(Design design) {
  design.stem = Design::Stem::deep;
  return design;
}
Design s(Design design) {
  design.stem_width = 64;
  return c(std::move(design));
}
Design averaged(Design design) {
  design.shortcut = ShortcutKind::average_projection;
  return design;
}
Design d(Design design) { return averaged(c(std::move(design))); }
Design t(Design design) {
  design.stem = Design::Stem::tiered;
  return averaged(std::move(design));
}

/// ResNeXt's grouped convolutions; one wide group is a Wide ResNet.
Design next(int64_t groups, int64_t group_width, Design design) {
  design.groups = groups;
  design.group_width = group_width;
  return design;
}
Design se(Design design, double ratio = 1.0 / 16) {
  design.attention = {Attention::Kind::squeeze_excite, ratio};
  return design;
}
Design eca(Design design) {
  design.attention.kind = Attention::Kind::efficient_channel;
  return design;
}
Design smooth(AntiAlias kind, Design design) {
  design.anti_alias = kind;
  return design;
}
Design grouped_norm(Design design) {
  design.norm = {Norm::Kind::group, 32};
  return design;
}
Design rs(Depths depths) {
  Design design = se(d(bottleneck(std::move(depths))), 0.25);
  design.stem_pool = Design::StemPool::conv;
  return design;
}
Design senet154(Depths depths) {
  Design design = s(se(next(64, 4, bottleneck(std::move(depths)))));
  design.reduce_first = 2;
  design.projection_kernel = 3;
  return design;
}
/// timm's smallest, of both kinds of block.
Design mixed() {
  using enum Design::Block;
  return d({.blocks = {basic, basic, bottleneck, basic},
            .depths = {1, 1, 1, 1},
            .widths = {32, 48, 48, 96},
            .stem_width = 16});
}
/// 6n + 2 layers: three stages of n basic blocks.
Design cifar(int64_t n) {
  Design design = basic({n, n, n});
  design.widths = {16, 32, 64};
  design.stem = Design::Stem::cifar;
  design.shortcut = ShortcutKind::zero_pad;
  design.outputs = 10;
  return design;
}

const char* const kHe2015 = "He et al. 2015, arXiv:1512.03385";
const char* const kHe2018 = "He et al. 2018, arXiv:1812.01187";
const char* const kNext = "Xie et al. 2016, arXiv:1611.05431";
const char* const kWide = "Zagoruyko and Komodakis 2016, arXiv:1605.07146";
const char* const kSqueeze = "Hu et al. 2017, arXiv:1709.01507";
const char* const kEca = "Wang et al. 2019, arXiv:1910.03151";
const char* const kBlur = "Zhang 2019, arXiv:1904.11486";
const char* const kGroupNorm = "Wu and He 2018, arXiv:1803.08494";
const char* const kRs = "Bello et al. 2021, arXiv:2103.07579";
const char* const kStrikes = "Wightman et al. 2021, arXiv:2110.00476";

void add_plain(Registry& registry, const Depths& k18, const Depths& k50, const Depths& k101, const Depths& k152) {
  for (const ResNetRow& row : std::vector<ResNetRow>{
           {"resnet18", basic(k18), "torchvision", kHe2015},
           {"resnet34", basic(k50), "torchvision", kHe2015},
           {"resnet50", bottleneck(k50), "torchvision", kHe2015},
           {"resnet101", bottleneck(k101), "torchvision", kHe2015},
           {"resnet152", bottleneck(k152), "torchvision", kHe2015},
           {"resnext50_32x4d", next(32, 4, bottleneck(k50)), "torchvision", kNext},
           {"resnext101_32x8d", next(32, 8, bottleneck(k101)), "torchvision", kNext},
           {"resnext101_64x4d", next(64, 4, bottleneck(k101)), "torchvision", kNext},
           {"wide_resnet50_2", next(1, 128, bottleneck(k50)), "torchvision", kWide},
           {"wide_resnet101_2", next(1, 128, bottleneck(k101)), "torchvision", kWide},
           {"test_resnet", mixed(), "timm", kHe2018, 160},
           {"resnet10t", t(basic({1, 1, 1, 1})), "timm", kHe2018, 176},
           {"resnet14t", t(bottleneck({1, 1, 1, 1})), "timm", kHe2018, 176},
           {"resnet18d", d(basic(k18)), "timm", kHe2018},
           {"resnet26", bottleneck(k18), "timm", kHe2015},
           {"resnet26d", d(bottleneck(k18)), "timm", kHe2018},
           {"resnet26t", t(bottleneck(k18)), "timm", kHe2018, 256},
           {"resnet34d", d(basic(k50)), "timm", kHe2018},
           {"resnet50c", c(bottleneck(k50)), "timm", kHe2018},
           {"resnet50d", d(bottleneck(k50)), "timm", kHe2018},
           {"resnet50s", s(bottleneck(k50)), "timm", kHe2018},
           {"resnet50t", t(bottleneck(k50)), "timm", kHe2018},
           {"resnet50_gn", grouped_norm(bottleneck(k50)), "timm", kGroupNorm},
           {"resnet101c", c(bottleneck(k101)), "timm", kHe2018},
           {"resnet101d", d(bottleneck(k101)), "timm", kHe2018, 256},
           {"resnet101s", s(bottleneck(k101)), "timm", kHe2018},
           {"resnet152c", c(bottleneck(k152)), "timm", kHe2018},
           {"resnet152d", d(bottleneck(k152)), "timm", kHe2018, 256},
           {"resnet152s", s(bottleneck(k152)), "timm", kHe2018},
           {"resnet200", bottleneck({3, 24, 36, 3}), "timm", kHe2015},
           {"resnet200d", d(bottleneck({3, 24, 36, 3})), "timm", kHe2018, 256},
           {"resnext50d_32x4d", d(next(32, 4, bottleneck(k50))), "timm", kNext},
           {"resnext101_32x4d", next(32, 4, bottleneck(k101)), "timm", kNext},
           {"resnext101_32x16d", next(32, 16, bottleneck(k101)), "timm", kNext},
           {"resnext101_32x32d", next(32, 32, bottleneck(k101)), "timm", kNext},
       })
    add_resnet(registry, row);
}

void add_attentive(Registry& registry, const Depths& k18, const Depths& k50, const Depths& k101, const Depths& k152) {
  const Depths k200{3, 24, 36, 3}, k269{3, 30, 48, 8};
  for (const ResNetRow& row : std::vector<ResNetRow>{
           {"seresnet18", se(basic(k18)), "timm", kSqueeze},
           {"seresnet34", se(basic(k50)), "timm", kSqueeze},
           {"seresnet50", se(bottleneck(k50)), "timm", kSqueeze},
           {"seresnet50t", se(t(bottleneck(k50))), "timm", kSqueeze},
           {"seresnet101", se(bottleneck(k101)), "timm", kSqueeze},
           {"seresnet152", se(bottleneck(k152)), "timm", kSqueeze},
           {"seresnet152d", se(d(bottleneck(k152))), "timm", kSqueeze, 256},
           {"seresnet200d", se(d(bottleneck(k200))), "timm", kSqueeze, 256},
           {"seresnet269d", se(d(bottleneck(k269))), "timm", kSqueeze, 256},
           {"seresnext26d_32x4d", se(d(next(32, 4, bottleneck(k18)))), "timm", kSqueeze},
           {"seresnext26t_32x4d", se(t(next(32, 4, bottleneck(k18)))), "timm", kSqueeze},
           {"seresnext50_32x4d", se(next(32, 4, bottleneck(k50))), "timm", kSqueeze},
           {"seresnext101_32x4d", se(next(32, 4, bottleneck(k101))), "timm", kSqueeze},
           {"seresnext101_32x8d", se(next(32, 8, bottleneck(k101))), "timm", kSqueeze},
           {"seresnext101d_32x8d", se(d(next(32, 8, bottleneck(k101)))), "timm", kSqueeze},
           {"seresnext101_64x4d", se(next(64, 4, bottleneck(k101))), "timm", kSqueeze},
           {"senet154", senet154(k152), "timm", kSqueeze},
           {"ecaresnet26t", eca(t(bottleneck(k18))), "timm", kEca, 256},
           {"ecaresnet50d", eca(d(bottleneck(k50))), "timm", kEca},
           {"ecaresnet50t", eca(t(bottleneck(k50))), "timm", kEca, 256},
           {"ecaresnet101d", eca(d(bottleneck(k101))), "timm", kEca},
           {"ecaresnet200d", eca(d(bottleneck(k200))), "timm", kEca, 256},
           {"ecaresnet269d", eca(d(bottleneck(k269))), "timm", kEca, 320},
           {"ecaresnetlight", eca(averaged(bottleneck({1, 1, 11, 3}))), "timm", kEca},
           {"ecaresnext26t_32x4d", eca(t(next(32, 4, bottleneck(k18)))), "timm", kEca},
           {"ecaresnext50t_32x4d", eca(t(next(32, 4, bottleneck(k50)))), "timm", kEca},
           {"resnetrs50", rs(k50), "timm", kRs, 160},
           {"resnetrs101", rs(k101), "timm", kRs, 192},
           {"resnetrs152", rs(k152), "timm", kRs, 256},
           {"resnetrs200", rs(k200), "timm", kRs, 256},
           {"resnetrs270", rs({4, 29, 53, 4}), "timm", kRs, 256},
           {"resnetrs350", rs({4, 36, 72, 4}), "timm", kRs, 288},
           {"resnetrs420", rs({4, 44, 87, 4}), "timm", kRs, 320},
       })
    add_resnet(registry, row);
}

void add_anti_aliased(Registry& registry, const Depths& k18, const Depths& k50, const Depths& k101) {
  const auto blur = [](Design design) { return smooth(AntiAlias::blur, std::move(design)); };
  const auto average = [](Design design) { return smooth(AntiAlias::average, std::move(design)); };
  for (const ResNetRow& row : std::vector<ResNetRow>{
           {"resnetblur18", blur(basic(k18)), "timm", kBlur},
           {"resnetblur50", blur(bottleneck(k50)), "timm", kBlur},
           {"resnetblur50d", blur(d(bottleneck(k50))), "timm", kBlur},
           {"resnetblur101d", blur(d(bottleneck(k101))), "timm", kBlur},
           {"resnetaa34d", average(d(basic(k50))), "timm", kStrikes},
           {"resnetaa50", average(bottleneck(k50)), "timm", kStrikes},
           {"resnetaa50d", average(d(bottleneck(k50))), "timm", kStrikes},
           {"resnetaa101d", average(d(bottleneck(k101))), "timm", kStrikes},
           {"seresnetaa50d", average(se(d(bottleneck(k50)))), "timm", kSqueeze},
           {"seresnextaa101d_32x8d", average(se(d(next(32, 8, bottleneck(k101))))), "timm", kSqueeze, 288},
           {"seresnextaa201d_32x8d", average(se(averaged(s(next(32, 8, bottleneck({3, 24, 36, 4})))))), "timm", kSqueeze,
            384},
       })
    add_resnet(registry, row);
}

}  // namespace

void add_resnet_rows(Registry& registry) {
  const Depths k18{2, 2, 2, 2}, k50{3, 4, 6, 3}, k101{3, 4, 23, 3}, k152{3, 8, 36, 3};
  add_plain(registry, k18, k50, k101, k152);
  add_attentive(registry, k18, k50, k101, k152);
  add_anti_aliased(registry, k18, k50, k101);
  for (const int64_t n : {3, 5, 7, 9, 18, 200})
    add_resnet(registry, {"cifar_resnet" + std::to_string(6 * n + 2), cifar(n), "reszoo", kHe2015, 32});
}

}  // namespace reszoo
