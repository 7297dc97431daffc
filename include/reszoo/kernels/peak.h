/// The processor's peak compute rate.
#pragma once

namespace reszoo {

/// Returns the float32 multiply-adds per second that one thread reaches with all data in registers, measured in about
/// 20 ms. A matrix product or a direct convolution stays below this rate. A Winograd convolution needs fewer products
/// and may exceed it.
double peak_multiply_adds();

}  // namespace reszoo
