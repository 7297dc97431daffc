// The first step of both exports: a copy of the network, and inputs to run it with.
#pragma once
#include "reszoo/export/options.h"
#include "reszoo/infer/model.h"
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

/// Throws: Error (usage) for a model that has no preprocessing or no target, so that it is no pipeline.
void check_pipeline(const Model& model);

/// Returns the options for a network whose input comes from the model's preprocessing.
ExportOptions with_prepared_input(const Model& model, ExportOptions options);

}  // namespace reszoo
