/// One step of each kind of optimizer, on parameters that share rate and weight decay.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "reszoo/base/names.h"
#include "reszoo/train/optimizer.h"

namespace reszoo::detail {

/// What a step takes. Gradients have the strides of their parameters.
struct StepGroup {
  double lr, weight_decay;
  std::vector<Tensor> parameters = {}, gradients = {};
  std::vector<std::vector<Tensor>> state = {};  ///< by role, then by parameter
};

/// A row of the table of kinds: its name, what it keeps of each parameter, its step.
struct KindRow {
  std::string_view name;
  OptimizerKind value;
  std::array<std::string_view, 3> roles;
  void (*step)(StepGroup& group, const OptimizerOptions& options);
};

const KindRow& row_of(OptimizerKind kind);

/// The roles that are kept: no momentum where it is 0.
std::vector<std::string_view> roles_of(const OptimizerOptions& options);

/// What a role begins as: zeros like the parameter; of `step` a float32 scalar, on the
/// parameter's device where a fused kernel reads it, else on the CPU.
Tensor initial_state(std::string_view role, const Tensor& parameter, OptimizerKind kind);

}  // namespace reszoo::detail
