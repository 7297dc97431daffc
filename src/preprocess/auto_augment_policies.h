// The policies that AutoAugment's search found.
#pragma once
#include <span>
#include <string_view>

#include "reszoo/preprocess/augment_step.h"

namespace reszoo {

struct AugmentChoice {
  AugmentOp op;
  double probability;
  int bin;  ///< of the magnitude, 0 to 9; 0 where the operation has none
};

struct AugmentPair {
  AugmentChoice first, second;
};

/// The 25 pairs found for a data set, `imagenet`, `cifar10` or `svhn`; none for another.
/// Source: Cubuk et al. 2018, arXiv:1805.09501, tables 7 to 9, as torchvision 0.28 has them.
std::span<const AugmentPair> augment_policy(std::string_view data_set);

}  // namespace reszoo
