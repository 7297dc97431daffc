/// Training on mixtures of two inputs.
#pragma once
#include "reszoo/base/random.h"
#include "reszoo/train/batches.h"

namespace reszoo {

/// Mixes each input of a batch with its neighbour, x' = s x + (1 - s) x_next (mixup), or puts a
/// rectangle of the neighbour into it that leaves the share s of its pixels (cutmix). One share a
/// batch, s ~ Beta(alpha, alpha); the loss is mixed by the same share. Where both are wanted,
/// each is as likely.
///
/// Source: mixup Zhang et al. 2017, arXiv:1710.09412; cutmix Yun et al. 2019, arXiv:1905.04899.
struct Mix {
  double mixup = 0;        ///< alpha; 0: none
  double cutmix = 0;       ///< alpha; 0: none
  double probability = 1;  ///< of a batch to be mixed

  bool active() const { return (mixup > 0 || cutmix > 0) && probability > 0; }

  /// Throws: Error (input) for cutmix of inputs that are not (N, C, H, W).
  Batch operator()(const Batch& batch, Random& random) const;

  bool operator==(const Mix&) const = default;
};

}  // namespace reszoo
