/// LibTorch's tensors as the runtime sees them, and the other way round.
#pragma once
#include <vector>

#include "fusion/bound_op.h"
#include "runtime/maps.h"
#include "runtime/plan_cache.h"

namespace reszoo::detail {

/// Returns the values of a tensor on the CPU, which the array keeps in memory: the tensor's own if it is float32 and
/// contiguous. An array of a tensor on another device has only its shape. An undefined tensor gives an undefined array.
Floats floats_of(const Tensor& tensor);
Doubles doubles_of(const Tensor& tensor);

/// Returns the memory of a result as a tensor that does not own it.
Tensor as_tensor(const float* data, const Shape& shape);

/// Creates a kernel that runs an operation on tensors, applies the epilogue and stores the result.
Kernel tensor_kernel(const PlanRequest& request, Shape output, TensorFunction function);

/// Applies an epilogue to a tensor, in place.
Tensor apply_epilogue(const Epilogue& epilogue, Tensor y, const Tensor& residual);

/// Return the program's outputs for x, which is float32 on the CPU, in new memory.
std::vector<Tensor> run_plans(PlanCache& plans, const Tensor& x);
std::vector<Tensor> run_plan(const ExecutionPlan& plan, const Tensor& x, const ExecutionPlan::Observer& observe = {});

}  // namespace reszoo::detail
