/// Skips the initialisation of weights, as torch.nn.utils.skip_init does.
#pragma once
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace reszoo {

/// A guard. During its lifetime, random fills (`normal_`, `uniform_`) do nothing in this thread. A network that is
/// built under it has undefined weights, takes a fraction of the time to build, and draws no random numbers. Use it if
/// all weights are loaded right after.
///
///     auto network = [] { const SkipInit skip_init; return create_model("resnet50"); }();
///     load_weights(network, "resnet50.pth");
class SkipInit {
 public:
  /// If `on` is false, the guard does nothing.
  explicit SkipInit(bool on = true);

 private:
  c10::impl::IncludeDispatchKeyGuard guard_;
};

}  // namespace reszoo
