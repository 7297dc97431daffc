/// The initialisation of weights.
#pragma once
#include <torch/nn/module.h>

namespace reszoo {

/// Fills the weights of every convolution in `module` from N(0, 2 / fan_out) and sets the
/// weights of norms to 1, as torchvision does. Linear layers and channel attention by
/// EfficientChannelAttention keep LibTorch's own initialisation.
///
/// Source: He et al. 2015, arXiv:1502.01852, section 2.2.
void init_kaiming(torch::nn::Module& module);

/// Sets the weight of the last norm in each residual branch to 0, or of the last convolution
/// where norms precede convolutions, so that every block is the identity at first. Blocks
/// that end otherwise stay as they are, as do norms whose row has no `zero_init`.
///
/// Returns the number of blocks changed.
/// Source: Goyal et al. 2017, arXiv:1706.02677, section 5.1.
int zero_init_residual(torch::nn::Module& module);

}  // namespace reszoo
