/// A faster forward and backward of image networks in training.
#pragma once
#include "reszoo/nn/network.h"

namespace reszoo::detail {

/// Whether the network has feature maps whose passes are fused: batch norms, and no activation checkpoints.
bool has_fused_images(const Network& network);

/// The network's outputs for images, the same numbers as `forward` within float tolerance. A batch norm in training
/// mode, the sum with a shortcut and the ReLU after it are one pass in each direction instead of three; weights of
/// convolutions have a gradient of our own. The nodes of the network's graph that are none of these run as they are.
///
/// Shape: (N, C, H, W), float32 on a CPU, channels last.
/// Throws: Error (input) if the branch and the shortcut of a block do not agree.
Tensor run_fused_images(const Network& network, const Tensor& x);

}  // namespace reszoo::detail
