/// The precision that a network computes in.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// In training, the autocast dtype (weights, optimizer state and evaluation stay in float32). In inference, the dtype
/// that a fused network computes in. Training and inference each support some of the values and reject the others by
/// name.
enum class Precision {
  automatic,  ///< the best one: int8 for a quantized model where int8 is fast, otherwise the dtype of the weights
  float32,
  float16,   ///< on a GPU
  bfloat16,  ///< slower than float32 on a CPU, unless the processor has bfloat16 instructions
  int8,      ///< inference only; requires a quantization
};

/// Parses `automatic` (`best`), `float32`, `float16` (`fp16`), `bfloat16` (`bf16`) or `int8`.
/// Throws: Error (usage) for any other text.
Precision parse_precision(std::string_view text);

/// Returns the name of a precision, without the aliases in brackets above.
std::string text_of(Precision precision);

}  // namespace reszoo
