/// One step of each kind of optimizer, on parameters with the same learning rate and weight decay.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "reszoo/base/names.h"
#include "reszoo/train/optimizer.h"

namespace reszoo::detail {

/// The input of a step. Gradients have the strides of their parameters.
struct StepGroup {
  double lr, weight_decay;
  bool matrices = false;  ///< whether Muon orthogonalises the updates
  std::vector<Tensor> parameters = {}, gradients = {};
  std::vector<std::vector<Tensor>> state = {};  ///< by state name, then by parameter
};

/// An entry of the table of kinds: its name, the state per parameter, its step.
struct KindRow {
  std::string_view name;
  OptimizerKind value;
  std::array<std::string_view, 3> roles;
  void (*step)(StepGroup& group, const OptimizerOptions& options);
};

const KindRow& row_of(OptimizerKind kind);

/// Returns the state names of these options; `momentum` is omitted if it is 0.
std::vector<std::string_view> roles_of(const OptimizerOptions& options);

/// Returns the initial state: zeros like the parameter. `step` is a float32 scalar, on the parameter's device if a
/// fused kernel reads it, otherwise on the CPU.
Tensor initial_state(std::string_view role, const Tensor& parameter, OptimizerKind kind);

}  // namespace reszoo::detail
