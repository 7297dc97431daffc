// Made by tests/reference/published_weights.py from timm 1.0.31.
#include "weights_row.h"

namespace reszoo {
namespace {

// clang-format off
constexpr HubRow kTimmHubRows[] = {
    {"resnet18d", "ra4_e3600_r224_in1k", 1000, kBicubic248To224, Pixels::half, "apache-2.0"},
    {"resnet34", "ra4_e3600_r224_in1k", 1000, kBicubic248To224, Pixels::half, "apache-2.0"},
    {"resnet50", "bamboo", 0, kBicubic224To224, Pixels::imagenet, ""},
    {"resnet50d", "ra4_e3600_r224_in1k", 1000, kBicubic235To224, Pixels::half, "apache-2.0"},
    {"resnetaa50d", "sw_in12k_ft_in1k", 1000, kBicubic235To224, Pixels::imagenet, "apache-2.0"},
    {"resnetaa50d", "sw_in12k", 11821, kBicubic235To224, Pixels::imagenet, "apache-2.0"},
    {"resnetaa50d", "d_in12k", 11821, kBicubic235To224, Pixels::imagenet, "apache-2.0"},
    {"resnetaa101d", "sw_in12k_ft_in1k", 1000, kBicubic235To224, Pixels::imagenet, "apache-2.0"},
    {"resnetaa101d", "sw_in12k", 11821, kBicubic235To224, Pixels::imagenet, "apache-2.0"},
    {"seresnextaa101d_32x8d", "sw_in12k_ft_in1k_288", 1000, kBicubic303To288, Pixels::imagenet, "apache-2.0"},
    {"seresnextaa101d_32x8d", "sw_in12k_ft_in1k", 1000, kBicubic256To224, Pixels::imagenet, "apache-2.0"},
    {"seresnextaa101d_32x8d", "sw_in12k", 11821, kBicubic235To224, Pixels::imagenet, "apache-2.0"},
    {"seresnextaa201d_32x8d", "sw_in12k_ft_in1k_384", 1000, kBicubic384To384, Pixels::imagenet, "apache-2.0"},
    {"seresnextaa201d_32x8d", "sw_in12k", 11821, kBicubic336To320, Pixels::imagenet, "apache-2.0"},
    {"test_resnet", "r160_in1k", 1000, kBilinear168To160, Pixels::half, "apache-2.0"},
    {"resnetv2_50x1_bit", "goog_distilled_in1k", 1000, kBicubic256To224, Pixels::half, "apache-2.0"},
    {"resnetv2_50x1_bit", "goog_in21k_ft_in1k", 1000, kBilinear448To448, Pixels::half, "apache-2.0"},
    {"resnetv2_50x1_bit", "goog_in21k", 21843, kBilinear256To224, Pixels::half, "apache-2.0"},
    {"resnetv2_50x3_bit", "goog_in21k_ft_in1k", 1000, kBilinear448To448, Pixels::half, "apache-2.0"},
    {"resnetv2_50x3_bit", "goog_in21k", 21843, kBilinear256To224, Pixels::half, "apache-2.0"},
    {"resnetv2_101x1_bit", "goog_in21k_ft_in1k", 1000, kBilinear448To448, Pixels::half, "apache-2.0"},
    {"resnetv2_101x1_bit", "goog_in21k", 21843, kBilinear256To224, Pixels::half, "apache-2.0"},
    {"resnetv2_101x3_bit", "goog_in21k_ft_in1k", 1000, kBilinear448To448, Pixels::half, "apache-2.0"},
    {"resnetv2_101x3_bit", "goog_in21k", 21843, kBilinear256To224, Pixels::half, "apache-2.0"},
    {"resnetv2_152x2_bit", "goog_teacher_in21k_ft_in1k", 1000, kBicubic256To224, Pixels::half, "apache-2.0"},
    {"resnetv2_152x2_bit", "goog_teacher_in21k_ft_in1k_384", 1000, kBicubic384To384, Pixels::half, "apache-2.0"},
    {"resnetv2_152x2_bit", "goog_in21k_ft_in1k", 1000, kBilinear448To448, Pixels::half, "apache-2.0"},
    {"resnetv2_152x2_bit", "goog_in21k", 21843, kBilinear256To224, Pixels::half, "apache-2.0"},
    {"resnetv2_152x4_bit", "goog_in21k_ft_in1k", 1000, kBilinear480To480, Pixels::half, "apache-2.0"},
    {"resnetv2_152x4_bit", "goog_in21k", 21843, kBilinear256To224, Pixels::half, "apache-2.0"},
    {"resnetv2_18", "ra4_e3600_r224_in1k", 1000, kBicubic248To224, Pixels::half, "apache-2.0"},
    {"resnetv2_18d", "ra4_e3600_r224_in1k", 1000, kBicubic248To224, Pixels::half, "apache-2.0"},
    {"resnetv2_34", "ra4_e3600_r224_in1k", 1000, kBicubic248To224, Pixels::half, "apache-2.0"},
    {"resnetv2_34d", "ra4_e3600_r224_in1k", 1000, kBicubic248To224, Pixels::half, "apache-2.0"},
    {"resnetv2_34d", "ra4_e3600_r384_in1k", 1000, kBicubic384To384, Pixels::half, "apache-2.0"},
    {"resnetv2_50", "a1h_in1k", 1000, kBicubic235To224, Pixels::half, "apache-2.0"},
    {"resnetv2_101", "a1h_in1k", 1000, kBicubic235To224, Pixels::half, "apache-2.0"},
    {"resnetv2_50d_gn", "ah_in1k", 1000, kBicubic235To224, Pixels::half, "apache-2.0"},
    {"resnetv2_50d_evos", "ah_in1k", 1000, kBicubic235To224, Pixels::half, "apache-2.0"},
};
// clang-format on

}  // namespace

std::span<const HubRow> timm_hub_weights() { return kTimmHubRows; }

}  // namespace reszoo
