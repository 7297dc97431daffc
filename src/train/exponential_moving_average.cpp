#include "reszoo/train/exponential_moving_average.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/error.h"

namespace reszoo {

ExponentialMovingAverage::ExponentialMovingAverage(const torch::nn::Module& module, double decay)
    : decay_(decay), average_("key") {
  for (const auto& item : state_of(module)) {
    const auto& weight = item.value();
    const auto twin = weight.detach().clone();
    average_.insert(item.key(), twin);
    (weight.is_floating_point() ? averages_ : copies_).push_back(twin);
    (weight.is_floating_point() ? weights_ : originals_).push_back(weight);
  }
}

void ExponentialMovingAverage::update(int64_t step) {
  const at::NoGradGuard no_grad;
  const auto t = static_cast<double>(step);
  at::_foreach_lerp_(averages_, weights_, 1 - std::min(decay_, (1 + t) / (10 + t)));
  for (size_t i = 0; i < copies_.size(); ++i) copies_[i].copy_(originals_[i]);
}

void ExponentialMovingAverage::load(const StateDict& state) {
  const at::NoGradGuard no_grad;
  for (auto& item : average_) {
    const auto* value = state.find(item.key());
    if (!value || value->sizes() != item.value().sizes())
      fail(ErrorKind::input, "ExponentialMovingAverage: no average of {} with this shape", item.key());
    item.value().copy_(*value);
  }
}

}  // namespace reszoo
