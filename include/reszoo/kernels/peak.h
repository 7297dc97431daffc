/// The processor's peak speed.
#pragma once

namespace reszoo {

/// Multiply-adds per second of float32 that one thread reaches in registers alone, measured in about 20 ms. A matrix
/// product or a direct convolution stays below; a Winograd convolution, which needs fewer products, may exceed it.
double peak_multiply_adds();

}  // namespace reszoo
