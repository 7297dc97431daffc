// The options of a network for tables, read off a state.
#pragma once
#include <optional>

#include "reszoo/weights/state.h"
#include "reszoo/zoo/options.h"

namespace reszoo {

/// The options with which `tabular_resnet` or `tabular_mlp` has the state's shapes, or
/// nothing. One-hot categories count as numeric columns, which they look like; bins
/// cannot be read.
std::optional<TabularOptions> options_of_shapes(const State& state);

}  // namespace reszoo
