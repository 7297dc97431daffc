// Made by tests/reference/published_weights.py from torchvision 0.28.0.
#include "weights_row.h"

namespace reszoo {
namespace {

// clang-format off
constexpr WeightsRow kTorchvisionRows[] = {
    {"alexnet", "IMAGENET1K_V1", kPyTorch, "alexnet-owt-7be5be79.pth", kBilinear256To224, "", 56.522, 79.066},
    {"resnet18", "IMAGENET1K_V1", kPyTorch, "resnet18-f37072fd.pth", kBilinear256To224, "", 69.758, 89.078},
    {"resnet34", "IMAGENET1K_V1", kPyTorch, "resnet34-b627a593.pth", kBilinear256To224, "", 73.314, 91.42},
    {"resnet50", "IMAGENET1K_V2", kPyTorch, "resnet50-11ad3fa6.pth", kBilinear232To224, "", 80.858, 95.434},
    {"resnet50", "IMAGENET1K_V1", kPyTorch, "resnet50-0676ba61.pth", kBilinear256To224, "", 76.13, 92.862},
    {"resnet101", "IMAGENET1K_V2", kPyTorch, "resnet101-cd907fc2.pth", kBilinear232To224, "", 81.886, 95.78},
    {"resnet101", "IMAGENET1K_V1", kPyTorch, "resnet101-63fe2227.pth", kBilinear256To224, "", 77.374, 93.546},
    {"resnet152", "IMAGENET1K_V2", kPyTorch, "resnet152-f82ba261.pth", kBilinear232To224, "", 82.284, 96.002},
    {"resnet152", "IMAGENET1K_V1", kPyTorch, "resnet152-394f9c45.pth", kBilinear256To224, "", 78.312, 94.046},
    {"resnext50_32x4d", "IMAGENET1K_V2", kPyTorch, "resnext50_32x4d-1a0047aa.pth", kBilinear232To224, "", 81.198, 95.34},
    {"resnext50_32x4d", "IMAGENET1K_V1", kPyTorch, "resnext50_32x4d-7cdf4587.pth", kBilinear256To224, "", 77.618, 93.698},
    {"resnext101_32x8d", "IMAGENET1K_V2", kPyTorch, "resnext101_32x8d-110c445d.pth", kBilinear232To224, "", 82.834, 96.228},
    {"resnext101_32x8d", "IMAGENET1K_V1", kPyTorch, "resnext101_32x8d-8ba56ff5.pth", kBilinear256To224, "", 79.312, 94.526},
    {"resnext101_64x4d", "IMAGENET1K_V1", kPyTorch, "resnext101_64x4d-173b62eb.pth", kBilinear232To224, "", 83.246, 96.454},
    {"wide_resnet50_2", "IMAGENET1K_V2", kPyTorch, "wide_resnet50_2-9ba9bcbe.pth", kBilinear232To224, "", 81.602, 95.758},
    {"wide_resnet50_2", "IMAGENET1K_V1", kPyTorch, "wide_resnet50_2-95faca4d.pth", kBilinear256To224, "", 78.468, 94.086},
    {"wide_resnet101_2", "IMAGENET1K_V2", kPyTorch, "wide_resnet101_2-d733dc28.pth", kBilinear232To224, "", 82.51, 96.02},
    {"wide_resnet101_2", "IMAGENET1K_V1", kPyTorch, "wide_resnet101_2-32ee1156.pth", kBilinear256To224, "", 78.848, 94.284},
};
// clang-format on

}  // namespace

std::span<const WeightsRow> torchvision_weights() { return kTorchvisionRows; }

}  // namespace reszoo
