/// A faster forward and backward of image networks in training.
#pragma once
#include "reszoo/nn/network.h"

namespace reszoo::detail {

/// Whether the network has feature maps whose passes are fused.
bool has_fused_maps(const NetworkImpl& network);

/// The network's outputs of images, the same numbers as `forward` within float tolerance. A batch norm
/// in training mode, the sum with a shortcut and the ReLU behind it are one pass each way, instead of
/// three there and three back; weights of convolutions have a gradient of our own; what is not known runs as it is.
///
/// Shape: (N, C, H, W), float32 on a CPU, channels last.
Tensor run_maps(NetworkImpl& network, const Tensor& x);

}  // namespace reszoo::detail
