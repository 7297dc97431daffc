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

ResNetDesign with_norm(const Norm& norm, ResNetDesign design) {
  design.norm = norm;
  if (norm.is_activation()) design.activation = {Activation::Kind::none};
  return design;
}

ResNetDesign cifar_stages(ResNetDesign design, int64_t blocks) {
  design.depths = {blocks, blocks, blocks};
  design.widths = {16, 32, 64};
  design.stem = ResNetDesign::Stem::cifar;
  design.outputs = 10;
  return design;
}

}  // namespace reszoo::designs
