// Fills tensors from an integer hash of (key, index), so that fixtures need not store weights. The Python twin is
// fill.py, whose docstring has the formulas; both give the same bits.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace reszoo::test {

uint64_t fnv1a64(std::string_view text);

/// Returns 2u - 1, for inputs and probes.
at::Tensor uniform(const std::string& key, at::IntArrayRef shape);

/// Returns the value of a parameter or buffer from its key and shape.
at::Tensor fill(const std::string& key, at::IntArrayRef shape);

}  // namespace reszoo::test
