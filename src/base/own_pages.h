// Memory that malloc does not manage.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

namespace reszoo {

/// Creates a tensor on the CPU whose values are not set. If it has 256 KiB or more, its memory are pages of its own,
/// which go back to the system with the tensor: malloc would keep them, and between tensors of other lives they would
/// be of no use.
at::Tensor own_pages(at::IntArrayRef sizes, at::ScalarType type);

}  // namespace reszoo
