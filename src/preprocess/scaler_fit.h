// Fits the tensors of a Scaler.
#pragma once
#include <map>
#include <string>

#include "reszoo/preprocess/scaler.h"

namespace reszoo::detail {

using Fitted = std::map<std::string, Tensor>;

/// scikit-learn's BOUNDS_THRESHOLD: a number that is so near to an end of its column counts as the end.
constexpr double bounds_threshold = 1e-7;

/// Returns a power of two for each column, by which its numbers are divided where their squares or differences would
/// overflow or vanish. It is 1 for numbers of ordinary size, so that their results keep every bit.
/// Shape: (N, F) to (F).
Tensor units_of(const Tensor& values);

/// Returns (values - middle) / scale, of which the difference may be infinite.
Tensor standardized(const Tensor& values, const Tensor& middle, const Tensor& scale);

/// Returns 0, 1/(count-1), ..., 1 with the rounding of numpy's linspace.
Tensor reference_levels(int64_t count);

/// Returns the tensors of a Scaler by key. Shape: values (N, F) float64, finite or NaN.
Fitted fit_tensors(const Tensor& values, const ScalerOptions& options);

}  // namespace reszoo::detail
