/// The answers to a block of an input as a message between processes. Private.
#pragma once
#include "reszoo/recipes/shared_answers.h"

namespace reszoo::detail {

/// A block of an input as a process has answered it.
struct AnsweredBlock {
  std::vector<AnsweredBatch> answers = {};
  LeftOut left_out = {};
  std::vector<std::string> notes = {};  ///< lines about images that are left out
};

std::string bytes_of(const AnsweredBlock& block);
AnsweredBlock block_of(const std::string& bytes);

}  // namespace reszoo::detail
