/// Weight initialisation.
#pragma once
#include <torch/nn/module.h>

namespace reszoo {

/// Initialises the weights of every convolution in `module` from N(0, 2 / fan_out) and sets the weights of norms to 1,
/// as torchvision does. Linear layers and EfficientChannelAttention keep LibTorch's own initialisation.
///
/// Source: He et al. 2015, arXiv:1502.01852, section 2.2.
void init_kaiming(torch::nn::Module& module);

/// Sets the weight of the last norm in each residual branch to 0, so that every block is the identity at first. If
/// norms precede convolutions, it sets the weight of the last convolution instead. Blocks that end with another module
/// are not changed, nor are norms with `NormRow::zero_init` off.
///
/// Returns the number of blocks changed.
/// Source: Goyal et al. 2017, arXiv:1706.02677, section 5.1.
int zero_init_residual(torch::nn::Module& module);

}  // namespace reszoo
