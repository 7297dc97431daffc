/// Functions that derive one design from another, named after timm's options.
#pragma once
#include <array>

#include "../catalog.h"

namespace reszoo::designs {

/// The number of blocks of each stage. A basic block has 2 weighted layers, a bottleneck 3:
/// depths_3_4_6_3 is resnet34 and resnet50.
using Depths = std::array<int64_t, 4>;
inline constexpr Depths depths_1_1_1_1{1, 1, 1, 1};
inline constexpr Depths depths_2_2_2_2{2, 2, 2, 2};
inline constexpr Depths depths_3_4_6_3{3, 4, 6, 3};
inline constexpr Depths depths_3_4_23_3{3, 4, 23, 3};
inline constexpr Depths depths_3_8_36_3{3, 8, 36, 3};
inline constexpr Depths depths_3_24_36_3{3, 24, 36, 3};
inline constexpr Depths depths_3_30_48_8{3, 30, 48, 8};

/// Designs with one kind of block.
ResNetDesign basic(const Depths& depths);
ResNetDesign bottleneck(const Depths& depths);

/// Three 3x3 convolutions in the stem (timm's stem_type "deep"); `width` is S of ResNetDesign::Stem.
ResNetDesign deep_stem(ResNetDesign design, int64_t width = 32);

/// A deep stem with a narrower first convolution (stem_type "deep_tiered").
ResNetDesign tiered_stem(ResNetDesign design);

/// Projections that average before they project (avg_down).
ResNetDesign avg_down(ResNetDesign design);

/// timm's suffixes after He et al. 2018: `d` is deep_stem and avg_down, `t` is tiered_stem and avg_down.
ResNetDesign resnet_d(ResNetDesign design);
ResNetDesign resnet_t(ResNetDesign design);

/// ResNeXt's grouped convolutions (cardinality, base_width); a single wide group gives a Wide ResNet.
ResNetDesign resnext(int64_t cardinality, int64_t base_width, ResNetDesign design);

/// Channel attention at the end of each branch (attn_layer "se" and "eca").
ResNetDesign squeeze_excite(ResNetDesign design, double ratio = 1.0 / 16);
ResNetDesign efficient_channel(ResNetDesign design);

/// Anti-aliasing (aa_layer) by blur pooling and by average pooling.
ResNetDesign aa_blur(ResNetDesign design);
ResNetDesign aa_avg(ResNetDesign design);

/// Another norm. If the norm includes an activation, no other activation is used.
ResNetDesign with_norm(const Norm& norm, ResNetDesign design);

/// Adds models of timm's resnet.py, in which every block is the identity at first.
void add_timm_resnets(Registry& registry, std::vector<ResNetRow> rows);

/// The three stages of the CIFAR networks, with `blocks` blocks each.
ResNetDesign cifar_stages(ResNetDesign design, int64_t blocks);

}  // namespace reszoo::designs
