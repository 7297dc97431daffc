/// Activation checkpointing: training takes less memory and more arithmetic.
#pragma once
#include "reszoo/nn/steps.h"

namespace reszoo {

/// Runs `steps` in segments of about sqrt(steps.size()) steps. If gradients are computed, only the input of each
/// segment is kept, and the backward pass runs the segment again.
///
/// Shape: the input of the first step to the output of the last step. Outputs, gradients and buffers equal those of
/// `run`: the second run draws the same random numbers as the first, and restores buffers (the moving averages of batch
/// norm) and generators. Training and evaluation mode must not change between the two runs.
///
/// Throws: Error (usage) if the backward pass has `create_graph` set.
/// Source: Chen et al. 2016, arXiv:1604.06174, section 3.
Tensor run_checkpointed(Steps& steps, Tensor x);

}  // namespace reszoo
