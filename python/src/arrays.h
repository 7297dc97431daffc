/// Tensors as NumPy arrays. Private.
#pragma once
#include <ATen/core/Tensor.h>
#include <nanobind/ndarray.h>

namespace reszoo::python {

/// An array of NumPy that shares the memory of a tensor and keeps it alive.
using Array = nanobind::ndarray<nanobind::numpy>;

/// Returns the tensor's values; it is moved to the CPU first, without a gradient.
Array array_of(const at::Tensor& tensor);

}  // namespace reszoo::python
