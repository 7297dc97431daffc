// The policies found by AutoAugment's search.
#pragma once
#include <span>
#include <string_view>

#include "reszoo/preprocess/augment_step.h"

namespace reszoo {

struct AugmentChoice {
  AugmentOp op;
  double probability;
  int bin;  ///< magnitude bin, 0 to 9; 0 for operations without magnitude
};

struct AugmentPair {
  AugmentChoice first, second;
};

/// Returns the 25 pairs found for a data set, `imagenet`, `cifar10` or `svhn`; empty for another name.
/// Source: Cubuk et al. 2018, arXiv:1805.09501, tables 7 to 9, as in torchvision 0.28.
std::span<const AugmentPair> augment_policy(std::string_view data_set);

}  // namespace reszoo
