/// Answers a batch of calls. Private.
#pragma once
#include <span>

#include "reszoo/serve/call.h"

namespace reszoo::detail {

/// Answers or fails each of the calls. A call that is wrong does not affect the others: what they are answered is what
/// each would be answered alone. Returns the number of rows that were answered.
int64_t answer_batch(ModelVersion& model, std::span<const Call> calls);

}  // namespace reszoo::detail
