/// Skipping the initialisation of weights, as torch.nn.utils.skip_init does.
#pragma once
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace reszoo {

/// A guard: during its lifetime random fills (`normal_`, `uniform_`) of this thread do nothing.
/// A network that is built meanwhile has undefined weights, takes a fraction of the time, and
/// draws no random numbers. Use it where all weights are loaded next.
///
///     auto network = [] { const SkipInit skip_init; return create_model("resnet50"); }();
///     load_weights(network, "resnet50.pth");
class SkipInit {
 public:
  /// With `on` false the guard does nothing.
  explicit SkipInit(bool on = true);

 private:
  c10::impl::IncludeDispatchKeyGuard guard_;
};

}  // namespace reszoo
