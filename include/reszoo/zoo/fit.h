/// Which row of the registry a state is of.
#pragma once
#include <string>
#include <vector>

#include "reszoo/weights/state.h"
#include "reszoo/zoo/options.h"

namespace reszoo {

/// A row that a state fits, and the options with which it does.
struct RowFit {
  std::string name;
  ModelOptions options;
  /// How a person asks for it: "resnet34 with outputs=10".
  std::string text() const;
};

/// Rows of the registry that have the state's keys and shapes. Of an image network
/// the number of outputs and of input channels may be others than the row's, and
/// are then among the options; those of a table are all read off the shapes. Keys
/// under other names (see `other_namings`) count too.
///
/// No weights are allocated for it; all rows take about a second, once.
std::vector<RowFit> rows_that_fit(const State& state);

/// "; it fits resnet34 with outputs=10", or "" where no row fits.
std::string fit_hint(const State& state);

}  // namespace reszoo
