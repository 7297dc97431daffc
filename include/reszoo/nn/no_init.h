/// Building a network whose weights come from elsewhere.
#pragma once
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace reszoo {

/// While it lives, random fills (`normal_`, `uniform_`) of this thread do nothing:
/// a network built meanwhile has its weights unset, in a fraction of the time, and
/// draws no random numbers. For one whose every weight is loaded next.
///
///     auto network = [] { const NoInit no_init; return create_model("resnet50"); }();
///     load_weights(network, "resnet50.pth");
class NoInit {
 public:
  /// Does nothing where it is not `on`.
  explicit NoInit(bool on = true);

 private:
  c10::impl::IncludeDispatchKeyGuard guard_;
};

}  // namespace reszoo
