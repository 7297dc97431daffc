/// Training on mixtures of two inputs.
#pragma once
#include "reszoo/base/random.h"
#include "reszoo/train/dataset.h"

namespace reszoo {

/// Mixes each input of a batch with the next one, x' = lam x + (1 - lam) x_next (mixup), or puts a rectangle of the
/// next one into it and leaves the fraction lam of its own pixels (cutmix). All rows of a batch have one lam,
/// with_sampling_weights from Beta(alpha, alpha), and the loss is mixed by the same lam. With both, each batch takes
/// one of them at random.
///
/// Source: mixup Zhang et al. 2017, arXiv:1710.09412; cutmix Yun et al. 2019, arXiv:1905.04899.
struct MixupCutmix {
  double mixup = 0;        ///< alpha of mixup; 0: no mixup
  double cutmix = 0;       ///< alpha of cutmix; 0: no cutmix
  double probability = 1;  ///< that a batch is mixed at all

  bool active() const { return (mixup > 0 || cutmix > 0) && probability > 0; }

  /// Throws: Error (input) for cutmix of inputs that are not (N, C, H, W).
  Batch operator()(const Batch& batch, Random& random) const;

  bool operator==(const MixupCutmix&) const = default;
};

}  // namespace reszoo
