/// A faster forward and backward pass for training image networks.
#pragma once
#include "reszoo/nn/network.h"
#include "train/step_memory.h"

namespace reszoo::detail {

/// Whether the network has passes to fuse: it has batch norms and no activation checkpoints.
bool has_fused_images(const Network& network);

/// Returns the network's outputs for images, equal to those of `forward` within float tolerance. A batch norm in
/// training mode, the sum with a shortcut and the ReLU after it take one pass in each direction instead of three;
/// convolutions and maximum pools run on our own kernels. All other nodes of the network's graph run as they are.
/// With `type` bfloat16, under autocast, convolutions take and give bfloat16, and so do norms and pools behind them.
/// `memory` is that of earlier steps.
///
/// Shape: (N, C, H, W), float32 on a CPU, channels-last.
/// Throws: Error (input) if the shapes of the branch and the shortcut of a block differ.
Tensor run_fused_images(const Network& network, const Tensor& x, at::ScalarType type, const StepMemoryPtr& memory);

}  // namespace reszoo::detail
