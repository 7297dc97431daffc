/// Tensors of float32 or bfloat16 as kernels read them.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo::detail {

/// The values of a tensor: float, or uint16_t with the bits of bfloat16; null for an undefined one.
template <typename Value>
const Value* data_of(const at::Tensor& x) {
  return x.defined() ? static_cast<const Value*>(x.const_data_ptr()) : nullptr;
}
template <typename Value>
Value* output_of(const at::Tensor& x) {
  return x.defined() ? static_cast<Value*>(x.mutable_data_ptr()) : nullptr;
}

/// Whether kernels read values of this type.
inline bool is_stored_value(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
}

/// Calls `use` with a value of the type that kernels read.
template <typename Use>
auto with_stored_type(const at::Tensor& x, const Use& use) {
  return x.scalar_type() == at::kBFloat16 ? use(uint16_t()) : use(float());
}

}  // namespace reszoo::detail
