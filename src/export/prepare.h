// The first step of both exports: a copy of the network, and inputs to run it with.
#pragma once
#include "reszoo/export/options.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// An input, and the network's output for it.
struct TrialRun {
  Tensor input, answer;
};

/// A copy of the network on the CPU, in evaluation mode, that accepts `input`.
struct Prepared {
  Network network{nullptr};
  Tensor input = {};                  ///< a batch of two
  std::vector<TrialRun> trials = {};  ///< with another batch size and, if any_size, with another height and width
  bool any_size = false;              ///< whether height and width are variable
};

/// Copies the network and determines which sizes it accepts.
/// Throws: Error (input) if it cannot be copied, or does not accept the input.
Prepared prepare_export(const Network& network, const ExportOptions& options);

}  // namespace reszoo
