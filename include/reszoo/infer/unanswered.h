/// Finds the outputs of a network that are no answer.
#pragma once
#include <cstdint>
#include <optional>

#include "reszoo/preprocess/frame.h"
#include "reszoo/preprocess/target.h"

namespace reszoo {

/// Returns which rows of outputs (N, outputs) or (N, k, outputs) are no answer: an output is NaN, or the value or a
/// probability that follows from the row is NaN or infinite. Without a target, the outputs are the logits of classes,
/// or one value. Shape: (N) bool, on the CPU.
Tensor unanswered_rows(const Tensor& outputs, const std::optional<Target>& target);

/// Makes all values of these rows missing values. Shape: `rows` is (N) bool.
void set_missing(Frame& table, const Tensor& rows);

}  // namespace reszoo
