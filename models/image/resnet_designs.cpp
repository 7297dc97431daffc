#include "resnet_designs.h"

namespace reszoo::designs {

ResNetDesign basic(const Depths& depths) {
  return {.blocks = {ResNetDesign::Block::basic}, .depths = {depths.begin(), depths.end()}};
}

ResNetDesign bottleneck(const Depths& depths) { return {.depths = {depths.begin(), depths.end()}}; }

ResNetDesign deep_stem(ResNetDesign design, int64_t width) {
  design.stem = ResNetDesign::Stem::deep;
  design.stem_width = width;
  return design;
}

ResNetDesign tiered_stem(ResNetDesign design) {
  design.stem = ResNetDesign::Stem::tiered;
  return design;
}

ResNetDesign avg_down(ResNetDesign design) {
  design.shortcut = ShortcutKind::average_projection;
  return design;
}

ResNetDesign resnet_d(ResNetDesign design) { return avg_down(deep_stem(std::move(design))); }

ResNetDesign resnet_t(ResNetDesign design) { return avg_down(tiered_stem(std::move(design))); }

ResNetDesign resnext(int64_t cardinality, int64_t base_width, ResNetDesign design) {
  design.groups = cardinality;
  design.group_width = base_width;
  return design;
}

ResNetDesign squeeze_excite(ResNetDesign design, double ratio) {
  design.attention = {Attention::Kind::squeeze_excite, ratio};
  return design;
}

ResNetDesign efficient_channel(ResNetDesign design) {
  design.attention.kind = Attention::Kind::efficient_channel;
  return design;
}

ResNetDesign aa_blur(ResNetDesign design) {
  design.anti_alias = AntiAlias::blur;
  return design;
}

ResNetDesign aa_avg(ResNetDesign design) {
  design.anti_alias = AntiAlias::average;
  return design;
}

ResNetDesign with_norm(const Norm& norm, ResNetDesign design) {
  design.norm = norm;
  if (norm.is_activation()) design.activation = {Activation::Kind::none};
  return design;
}

void add_timm_resnets(Registry& registry, std::vector<ResNetRow> rows) {
  for (auto& row : rows) {
    row.reference = "timm";
    row.design.zero_init_residual = true;
    add_resnet(registry, row);
  }
}

ResNetDesign cifar_stages(ResNetDesign design, int64_t blocks) {
  design.depths = {blocks, blocks, blocks};
  design.widths = {16, 32, 64};
  design.stem = ResNetDesign::Stem::cifar;
  design.outputs = 10;
  return design;
}

}  // namespace reszoo::designs
