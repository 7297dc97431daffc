/// Tensors of PyTorch's Python package, without a copy. Private.
#pragma once
#include <ATen/core/Tensor.h>
#include <nanobind/nanobind.h>

namespace nanobind::detail {

/// Converts between at::Tensor and torch.Tensor: the same tensor, with its gradient and its place in the graph.
template <>
struct type_caster<at::Tensor> {
  NB_TYPE_CASTER(at::Tensor, const_name("torch.Tensor"))

  bool from_python(handle source, uint32_t, cleanup_list*) noexcept;
  static handle from_cpp(const at::Tensor& tensor, rv_policy, cleanup_list*) noexcept;
};

}  // namespace nanobind::detail
