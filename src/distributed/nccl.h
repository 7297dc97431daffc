/// NCCL, if LibTorch has it.
#pragma once
#include <torch/csrc/distributed/c10d/Backend.hpp>

#include "distributed/store.h"
#include "reszoo/distributed/connect.h"

namespace reszoo::detail {

bool has_nccl();

/// Throws: Error (usage) without NCCL.
c10::intrusive_ptr<c10d::Backend> nccl_backend(const ProcessPlace& place, const StorePtr& store,
                                               const ConnectOptions& options);

}  // namespace reszoo::detail
