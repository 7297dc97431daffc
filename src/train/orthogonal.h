/// The nearest orthogonal matrix, about.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo::detail {

/// Returns a matrix with the singular vectors of `x` and singular values between about 0.7 and 1.2, by five
/// Newton-Schulz iterations. Shape: (M, N), as `x`.
/// Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon.
at::Tensor orthogonalized(const at::Tensor& x);

}  // namespace reszoo::detail
