// Ways to damage a file, and to lie in one.
#pragma once
#include <string>

#include "random.h"

namespace reszoo::test {

/// Truncates, flips bits, zeros or scrambles a block, splices, repeats or cuts out
/// a block, or writes a number of note over another; once to three times.
std::string damage(std::string bytes, Random& random);

/// Damages a pickle as `damage` does, or puts opcodes in: those of all kinds,
/// forbidden globals, deep nesting, memo references, lengths that lie.
std::string damage_pickle(std::string pickle, Random& random);

/// Damages the JSON of a safetensors file and states its new length.
std::string damage_header(const std::string& file, Random& random);

}  // namespace reszoo::test
