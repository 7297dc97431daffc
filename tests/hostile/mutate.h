// Mutations of files.
#pragma once
#include <string>

#include "random.h"

namespace reszoo::test {

/// Truncates, flips bits, zeros or scrambles a block, splices, repeats or removes a block, or overwrites bytes with a
/// special number, one to three times.
std::string damage(std::string bytes, Random& random);

/// Damages a pickle as `damage` does, or inserts opcodes: random opcodes, forbidden globals, deep nesting, memo
/// references, wrong lengths.
std::string damage_pickle(std::string pickle, Random& random);

/// Damages the JSON of a safetensors file and updates its length.
std::string damage_header(const std::string& file, Random& random);

}  // namespace reszoo::test
