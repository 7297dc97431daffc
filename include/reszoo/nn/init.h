/// How weights begin.
#pragma once
#include <torch/nn/module.h>

namespace reszoo {

/// Fills every convolution in `module` from N(0, 2 / fan_out), norms with weight
/// 1 and bias 0, as torchvision does. Linear layers keep LibTorch's own start.
///
/// Source: He et al. 2015, arXiv:1502.01852, section 2.2.
void init_he(torch::nn::Module& module);

/// Sets the weight of the last norm in each residual branch to 0, or of the last
/// convolution where norms stand before them, so every block begins as the
/// identity. Blocks that end otherwise stay as they are.
///
/// Returns the number of blocks changed.
/// Source: Goyal et al. 2017, arXiv:1706.02677, section 5.1.
int zero_branches(torch::nn::Module& module);

}  // namespace reszoo
