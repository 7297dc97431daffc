/// Modules that run as they are, and those that the runtime has kernels for.
#pragma once
#include <memory>

#include "fusion/fused_ops.h"

namespace reszoo::detail {

/// Returns the operation of a module: one of the runtime's if there is one for it.
std::shared_ptr<const FusedOp> make_module_op(const ops::Module& module, const TensorType& type);

EpilogueSupport module_epilogue(const ops::Module& module);

/// Returns a module as it computes.
Bind bind_module(const ops::Module& module);

// Operations with kernels; null for another module, or options that the kernel does not have. They sum in the order of
// MKL, where that is known.
std::shared_ptr<const FusedOp> make_member_head(const ops::Module& module);
std::shared_ptr<const FusedOp> make_member_linear(const ops::Module& module);
std::shared_ptr<const FusedOp> make_table_encoder(const ops::Module& module);

}  // namespace reszoo::detail
