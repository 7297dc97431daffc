/// Prepares the inputs of calls for the network. Private.
#pragma once
#include <span>

#include "reszoo/serve/call.h"

namespace reszoo::detail {

/// A call on its way through a batch.
struct PreparedCall {
  const Call* call = nullptr;
  ModelInput input = {};              ///< what it asks
  std::vector<Tensor> prepared = {};  ///< the network's input: (N, …), or one (1, …) for each image
  std::string unseen = {};            ///< see Answers
  std::exception_ptr error = {};      ///< why it cannot be answered

  bool is_good() const { return !error; }
};

/// Prepares the inputs of all calls without an error: rows of tables with the same columns together, and images by all
/// threads. A call that cannot be prepared gets its error.
void prepare_calls(const Predictor& predictor, std::span<PreparedCall> calls);

/// Runs `step`, whose exception becomes the error of the call.
template <typename Step>
void try_for(PreparedCall& call, Step step) {
  try {
    step();
  } catch (...) {
    call.error = std::current_exception();
  }
}

}  // namespace reszoo::detail
