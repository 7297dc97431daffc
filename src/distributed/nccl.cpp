#include "distributed/nccl.h"

#if defined(USE_C10D_NCCL) && __has_include(<nccl.h>)
#define RESZOO_HAS_NCCL
#include <torch/cuda.h>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include "reszoo/base/error.h"

namespace reszoo::detail {

#ifdef RESZOO_HAS_NCCL

bool has_nccl() { return torch::cuda::is_available(); }

c10::intrusive_ptr<c10d::Backend> nccl_backend(const ProcessPlace& place, const StorePtr& store,
                                               const ConnectOptions& options) {
  auto how = c10d::ProcessGroupNCCL::Options::create();
  how->timeout = milliseconds_of(options.timeout);
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, place.rank, place.size, std::move(how));
}

#else

bool has_nccl() { return false; }

c10::intrusive_ptr<c10d::Backend> nccl_backend(const ProcessPlace&, const StorePtr&, const ConnectOptions&) {
  fail(ErrorKind::usage, "connect: this LibTorch has no NCCL; use gloo");
}

#endif

}  // namespace reszoo::detail
