/// The number format that a network computes in.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// In training: autocast (weights, optimizer state and evaluation stay in float32). In inference: what a fused network
/// computes in. Neither side has all of them; each refuses the others by name.
enum class Precision {
  automatic,  ///< the best one: int8 for a quantized model where that is fast, else the type of the weights
  float32,
  float16,   ///< on a GPU
  bfloat16,  ///< on a CPU slower than float32 unless the processor has instructions for it
  int8,      ///< inference only; needs a quantization
};

/// Reads `automatic` (`best`), `float32`, `float16` (`fp16`), `bfloat16` (`bf16`) or `int8`.
/// Throws: Error (usage) for any other text.
Precision parse_precision(std::string_view text);

/// The name that is not in brackets.
std::string text_of(Precision precision);

}  // namespace reszoo
