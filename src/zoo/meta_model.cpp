#include "reszoo/zoo/meta_model.h"

#include <c10/core/impl/LocalDispatchKeySet.h>

#include "reszoo/nn/skip_init.h"

namespace reszoo {

Network create_meta_model(const std::string& name, const std::optional<ModelOptions>& options) {
  // Dispatches every call that creates a tensor to the meta backend.
  const c10::impl::IncludeDispatchKeyGuard guard(c10::DispatchKey::Meta);
  // In a process of Python, PyTorch's random fills of meta tensors are functions in Python, which call themselves under
  // this guard without end.
  const SkipInit skip_init;
  return create_model(name, options);
}

}  // namespace reszoo
