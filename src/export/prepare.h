// What both exports do first: a copy to take down, and inputs to try it with.
#pragma once
#include "reszoo/export/options.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// An input, and what the network answers.
struct TrialRun {
  Tensor input, answer;
};

/// A copy on the CPU, in evaluation mode, that takes `input`.
struct Prepared {
  Network network{nullptr};
  Tensor input = {};                  ///< a batch of two
  std::vector<TrialRun> trials = {};  ///< of another batch size and, if any_size, of another height and width
  bool any_size = false;              ///< whether height and width are free
};

/// Copies the network and finds out what it takes.
/// Throws: Error (input) if it cannot be copied, or cannot take the input.
Prepared prepare_export(const Network& network, const ExportOptions& options);

}  // namespace reszoo
