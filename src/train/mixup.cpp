#include "reszoo/train/mixup.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// Returns the begin and the length of a range of `fraction` of `size` pixels around a random pixel, cut off at both
/// ends.
std::pair<int64_t, int64_t> piece(int64_t size, double fraction, Random& random) {
  const auto half = static_cast<int64_t>(fraction * static_cast<double>(size) / 2);
  const auto centre = random.below(size);
  const auto begin = std::max<int64_t>(centre - half, 0), end = std::min(centre + half, size);
  return {begin, end - begin};
}

/// Pastes a rectangle of the neighbours into the inputs; returns the fraction of their own pixels that remains.
double paste(Tensor& inputs, const Tensor& neighbours, double lam, Random& random) {
  if (inputs.dim() != 4)
    fail(ErrorKind::input, "MixupCutmix: cutmix needs images (N, C, H, W), got ({})", fmt::join(inputs.sizes(), ", "));
  const double side = std::sqrt(1 - lam);
  const auto [top, height] = piece(inputs.size(2), side, random);
  const auto [left, width] = piece(inputs.size(3), side, random);
  inputs = inputs.clone();
  inputs.narrow(2, top, height).narrow(3, left, width).copy_(neighbours.narrow(2, top, height).narrow(3, left, width));
  return 1 - static_cast<double>(height * width) / static_cast<double>(inputs.size(2) * inputs.size(3));
}

}  // namespace

Batch MixupCutmix::operator()(const Batch& batch, Random& random) const {
  if (!active() || batch.targets.size(0) < 2 || !random.chance(probability)) return batch;
  const bool cut = cutmix > 0 && (mixup <= 0 || random.chance(0.5));
  auto mixed = batch;
  mixed.lam = random.beta(cut ? cutmix : mixup);
  mixed.targets_b = batch.targets.roll(1, 0);
  const auto neighbours = batch.inputs.roll(1, 0);
  if (cut) mixed.lam = paste(mixed.inputs, neighbours, mixed.lam, random);
  else mixed.inputs = at::lerp(neighbours, batch.inputs, mixed.lam);
  return mixed;
}

}  // namespace reszoo
