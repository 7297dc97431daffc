/// What the processor could do at most.
#pragma once

namespace reszoo {

/// Multiply-adds a second of float32 that one thread reaches in registers alone, measured in about 20 ms. A product
/// of matrices or a direct convolution stays below; Winograd's way, which needs fewer, may go beyond.
double peak_multiply_adds();

}  // namespace reszoo
