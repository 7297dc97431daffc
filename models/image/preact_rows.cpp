// ResNets with norms and activations before the convolutions: timm's resnetv2.py, and the CIFAR networks of He et al.
// 2016.
#include "resnet_designs.h"

namespace reszoo::designs {
namespace {

ResNetDesign pre_activation(ResNetDesign design) {
  design.order = Order::pre_activation;
  return design;
}
ResNetDesign preact_basic(const Depths& depths) { return pre_activation(basic(depths)); }
ResNetDesign preact_bottleneck(const Depths& depths) { return pre_activation(bottleneck(depths)); }

/// Big Transfer (BiT): standardised weights, group norm, all widths times `width_factor`.
ResNetDesign big_transfer(int64_t width_factor, const Depths& depths) {
  ResNetDesign design = with_norm({"group", 32}, preact_bottleneck(depths));
  for (auto& width : design.widths) width *= width_factor;
  design.stem_pool = ResNetDesign::StemPool::zero_padded;
  design.weight_standardization = 1e-8;
  return design;
}
/// A network of 9n + 2 layers: three stages of n bottlenecks.
ResNetDesign preact_cifar(int64_t n) { return cifar_stages(preact_bottleneck({}), n); }

constexpr const char* kHe2016 = "He et al. 2016, arXiv:1603.05027";
constexpr const char* kBit = "Kolesnikov et al. 2019, arXiv:1912.11370";
constexpr const char* kEvo = "Liu et al. 2020, arXiv:2004.02967";
constexpr const char* kResponse = "Singh and Krishnan 2019, arXiv:1911.09737";

std::vector<ResNetRow> preact_rows() {
  return {
      {.name = "resnetv2_18", .design = preact_basic(depths_2_2_2_2), .reference = "timm", .paper = kHe2016},
      {.name = "resnetv2_18d", .design = resnet_d(preact_basic(depths_2_2_2_2)), .reference = "timm", .paper = kHe2016},
      {.name = "resnetv2_34", .design = preact_basic(depths_3_4_6_3), .reference = "timm", .paper = kHe2016},
      {.name = "resnetv2_34d", .design = resnet_d(preact_basic(depths_3_4_6_3)), .reference = "timm", .paper = kHe2016},
      {.name = "resnetv2_50", .design = preact_bottleneck(depths_3_4_6_3), .reference = "timm", .paper = kHe2016},
      {.name = "resnetv2_50d",
       .design = resnet_d(preact_bottleneck(depths_3_4_6_3)),
       .reference = "timm",
       .paper = kHe2016},
      {.name = "resnetv2_50t",
       .design = resnet_t(preact_bottleneck(depths_3_4_6_3)),
       .reference = "timm",
       .paper = kHe2016},
      {.name = "resnetv2_101", .design = preact_bottleneck(depths_3_4_23_3), .reference = "timm", .paper = kHe2016},
      {.name = "resnetv2_101d",
       .design = resnet_d(preact_bottleneck(depths_3_4_23_3)),
       .reference = "timm",
       .paper = kHe2016},
      {.name = "resnetv2_152", .design = preact_bottleneck(depths_3_8_36_3), .reference = "timm", .paper = kHe2016},
      {.name = "resnetv2_152d",
       .design = resnet_d(preact_bottleneck(depths_3_8_36_3)),
       .reference = "timm",
       .paper = kHe2016},
      {.name = "resnetv2_200", .design = preact_bottleneck(depths_3_24_36_3), .reference = "timm", .paper = kHe2016},
      {.name = "resnetv2_50d_gn",
       .design = with_norm({"group", 32}, resnet_d(preact_bottleneck(depths_3_4_6_3))),
       .reference = "timm",
       .paper = kHe2016},
      {.name = "resnetv2_50d_evos",
       .design = with_norm({"evo", 32}, resnet_d(preact_bottleneck(depths_3_4_6_3))),
       .reference = "timm",
       .paper = kEvo},
      {.name = "resnetv2_50d_frn",
       .design = with_norm({"response"}, resnet_d(preact_bottleneck(depths_3_4_6_3))),
       .reference = "timm",
       .paper = kResponse},
      {.name = "resnetv2_50x1_bit", .design = big_transfer(1, depths_3_4_6_3), .reference = "timm", .paper = kBit},
      {.name = "resnetv2_50x3_bit",
       .design = big_transfer(3, depths_3_4_6_3),
       .reference = "timm",
       .paper = kBit,
       .size = 448},
      {.name = "resnetv2_101x1_bit",
       .design = big_transfer(1, depths_3_4_23_3),
       .reference = "timm",
       .paper = kBit,
       .size = 448},
      {.name = "resnetv2_101x3_bit",
       .design = big_transfer(3, depths_3_4_23_3),
       .reference = "timm",
       .paper = kBit,
       .size = 448},
      {.name = "resnetv2_152x2_bit", .design = big_transfer(2, depths_3_8_36_3), .reference = "timm", .paper = kBit},
      {.name = "resnetv2_152x4_bit",
       .design = big_transfer(4, depths_3_8_36_3),
       .reference = "timm",
       .paper = kBit,
       .size = 480},
      {.name = "cifar_preact_resnet164",
       .design = preact_cifar(18),
       .reference = "reszoo",
       .paper = kHe2016,
       .size = 32},
      {.name = "cifar_preact_resnet1001",
       .design = preact_cifar(111),
       .reference = "reszoo",
       .paper = kHe2016,
       .size = 32},
  };
}

}  // namespace
}  // namespace reszoo::designs

namespace reszoo {

void add_preact_rows(Registry& registry) {
  for (const auto& row : designs::preact_rows()) add_resnet(registry, row);
}

}  // namespace reszoo
