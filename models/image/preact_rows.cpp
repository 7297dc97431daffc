// The ResNets whose norms and activations stand before the convolutions: those of
// timm's resnetv2.py, and CIFAR's of He et al. 2016.
#include "../catalog.h"

namespace reszoo {
namespace {

using Depths = std::vector<int64_t>;
using Design = ResNetDesign;

Design bottleneck(Depths depths) { return {.depths = std::move(depths), .order = Order::pre_activation}; }
Design basic(Depths depths) {
  Design design = bottleneck(std::move(depths));
  design.blocks = {Design::Block::basic};
  return design;
}
Design d(Design design) {
  design.stem = Design::Stem::deep;
  design.shortcut = ShortcutKind::average_projection;
  return design;
}
Design t(Design design) {
  design = d(std::move(design));
  design.stem = Design::Stem::tiered;
  return design;
}
Design with(const Norm& norm, Design design) {
  design.norm = norm;
  return design;
}
/// A norm that is an activation too.
Design with_its_own(const Norm& norm, Design design) {
  design.activation = {Activation::Kind::none};
  return with(norm, std::move(design));
}
/// Big Transfer: standardised weights, group norm, everything `factor` times wider.
Design bit(int64_t factor, Depths depths) {
  Design design = with({Norm::Kind::group, 32}, bottleneck(std::move(depths)));
  for (auto& width : design.widths) width *= factor;
  design.stem_pool = Design::StemPool::zero_padded;
  design.standardize = 1e-8;
  return design;
}
/// 9n + 2 layers: three stages of n bottlenecks.
Design cifar(int64_t n) {
  Design design = bottleneck({n, n, n});
  design.widths = {16, 32, 64};
  design.stem = Design::Stem::cifar;
  design.outputs = 10;
  return design;
}

const char* const kHe2016 = "He et al. 2016, arXiv:1603.05027";
const char* const kBit = "Kolesnikov et al. 2019, arXiv:1912.11370";
const char* const kEvo = "Liu et al. 2020, arXiv:2004.02967";
const char* const kResponse = "Singh and Krishnan 2019, arXiv:1911.09737";

}  // namespace

void add_preact_rows(Registry& registry) {
  const Depths k18{2, 2, 2, 2}, k50{3, 4, 6, 3}, k101{3, 4, 23, 3}, k152{3, 8, 36, 3};
  for (const ResNetRow& row : std::vector<ResNetRow>{
           {"resnetv2_18", basic(k18), "timm", kHe2016},
           {"resnetv2_18d", d(basic(k18)), "timm", kHe2016},
           {"resnetv2_34", basic(k50), "timm", kHe2016},
           {"resnetv2_34d", d(basic(k50)), "timm", kHe2016},
           {"resnetv2_50", bottleneck(k50), "timm", kHe2016},
           {"resnetv2_50d", d(bottleneck(k50)), "timm", kHe2016},
           {"resnetv2_50t", t(bottleneck(k50)), "timm", kHe2016},
           {"resnetv2_101", bottleneck(k101), "timm", kHe2016},
           {"resnetv2_101d", d(bottleneck(k101)), "timm", kHe2016},
           {"resnetv2_152", bottleneck(k152), "timm", kHe2016},
           {"resnetv2_152d", d(bottleneck(k152)), "timm", kHe2016},
           {"resnetv2_50d_gn", with({Norm::Kind::group, 32}, d(bottleneck(k50))), "timm", kHe2016},
           {"resnetv2_50d_evos", with_its_own({Norm::Kind::evo, 32}, d(bottleneck(k50))), "timm", kEvo},
           {"resnetv2_50d_frn", with_its_own({Norm::Kind::response}, d(bottleneck(k50))), "timm", kResponse},
           {"resnetv2_50x1_bit", bit(1, k50), "timm", kBit},
           {"resnetv2_50x3_bit", bit(3, k50), "timm", kBit, 448},
           {"resnetv2_101x1_bit", bit(1, k101), "timm", kBit, 448},
           {"resnetv2_101x3_bit", bit(3, k101), "timm", kBit, 448},
           {"resnetv2_152x2_bit", bit(2, k152), "timm", kBit},
           {"resnetv2_152x4_bit", bit(4, k152), "timm", kBit, 480},
           {"cifar_preact_resnet164", cifar(18), "reszoo", kHe2016, 32},
           {"cifar_preact_resnet1001", cifar(111), "reszoo", kHe2016, 32},
       })
    add_resnet(registry, row);
}

}  // namespace reszoo
