/// Plans for images, by name.
#pragma once
#include "reszoo/learn/plan.h"

namespace reszoo::detail {

// See named_plan. `rows`: images to train on.
Plan image_plan(int64_t rows);
Plan cifar_plan(int64_t rows);
Plan torchvision_plan(int64_t rows);
Plan timm_a3_plan(int64_t rows);
Plan finetune_plan(int64_t rows);

}  // namespace reszoo::detail
