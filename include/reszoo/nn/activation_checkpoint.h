/// Less memory for training, more arithmetic.
#pragma once
#include "reszoo/nn/steps.h"

namespace reszoo {

/// Runs `steps` in segments of about sqrt(steps.size()) steps. Where gradients are
/// wanted, of each segment only the input is kept, and the backward pass runs the
/// segment again.
///
/// Outputs, gradients and buffers are those of `run`: the second run draws the
/// random numbers of the first, and leaves buffers (the moving averages of batch
/// norm) and generators as it found them. Modes must not change in between.
///
/// Throws: Error (usage) in a backward pass that is to be differentiated again.
/// Source: Chen et al. 2016, arXiv:1604.06174, section 3.
Tensor run_checkpointed(Steps& steps, Tensor x);

}  // namespace reszoo
