/// Training on mixtures of two inputs.
#pragma once
#include "reszoo/base/random.h"
#include "reszoo/train/dataset.h"

namespace reszoo {

/// Mixup mixes each input of a batch with the next one, x' = lam x + (1 - lam) x_next. Cutmix pastes a rectangle of the
/// next image into it, so that the fraction lam of its own pixels remains. All rows of a batch have the same lam, drawn
/// from Beta(alpha, alpha), and the losses are mixed with the same lam. If both are set, each batch uses one of them at
/// random.
///
/// Source: mixup Zhang et al. 2017, arXiv:1710.09412; cutmix Yun et al. 2019, arXiv:1905.04899.
struct MixupCutmix {
  double mixup = 0;        ///< alpha of mixup; 0: no mixup
  double cutmix = 0;       ///< alpha of cutmix; 0: no cutmix
  double probability = 1;  ///< probability that a batch is mixed

  bool active() const { return (mixup > 0 || cutmix > 0) && probability > 0; }

  /// Returns the mixed batch.
  /// Throws: Error (input) for cutmix of inputs that are not (N, C, H, W).
  Batch operator()(const Batch& batch, Random& random) const;

  bool operator==(const MixupCutmix&) const = default;
};

}  // namespace reszoo
