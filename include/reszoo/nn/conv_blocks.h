/// Builds the convolutional residual blocks: their options become the slots of a ResidualBlock.
#pragma once
#include <optional>

#include "reszoo/nn/activation.h"
#include "reszoo/nn/anti_alias.h"
#include "reszoo/nn/attention.h"
#include "reszoo/nn/drop_block2d.h"
#include "reszoo/nn/norm.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/nn/shortcut_kind.h"

namespace reszoo {

/// Whether norm and activation follow each convolution (He et al. 2015, the names of
/// torchvision) or precede it (He et al. 2016, the names of timm's resnetv2).
enum class Order { post_activation, pre_activation };

/// Options of the convolutional blocks. Widths are in channels. Stride and dilation are in pixels, or in positions of a
/// sequence.
struct BlockOptions {
  int64_t in = 0;   ///< channels of the input
  int64_t out = 0;  ///< channels of the output
  int64_t stride = 1;
  Layout layout = Layout::images;     ///< images, or sequences (Conv1d)
  std::optional<int64_t> width = {};  ///< inner width of a bottleneck; by default `out`
  Norm norm = {};
  Activation activation = {};
  Order order = Order::post_activation;
  ShortcutKind shortcut = ShortcutKind::projection;
  int64_t reduce_first = 1;  ///< divides the width of the first convolution
  int64_t groups = 1;        ///< the cardinality of a bottleneck's 3x3 convolution
  int64_t dilation = 1;
  int64_t first_dilation = 1;     ///< dilation of the strided convolution: that of the previous stage
  int64_t projection_kernel = 1;  ///< kernel size of a strided projection
  Attention attention = {};
  AntiAlias anti_alias = AntiAlias::none;
  double drop_path = 0;  ///< fraction of samples whose branch is dropped
  std::optional<DropBlock2dOptions> drop_block = {};
  std::optional<double> weight_standardization = {};  ///< epsilon of weight standardisation
};

/// Two 3x3 convolutions; the first has the stride.
///
/// Parts that are switched off are Identity modules with the same names: `drop_block aa se drop_path`.
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)); sequences
/// (N, in, L) to (N, out, ceil(L / stride)).
/// Keys: `conv1 bn1 conv2 bn2 se downsample.0 downsample.1` as in torchvision and timm; with pre-activation `norm1
/// conv1 norm2 conv2 downsample.conv` as in timm.
/// Throws: Error (usage) for widths or a stride that are not positive; for drop block or anti-aliasing with
/// pre-activation; for drop block, blur pooling, squeeze-and-excite or weight standardisation with sequences.
/// Source: He et al. 2015, arXiv:1512.03385, figure 5, left.
ResidualBlock basic_block(const BlockOptions& options);

/// 1x1, 3x3 and 1x1 convolutions; the middle one has the stride and the groups.
///
/// Shape, keys and errors: as for basic_block, plus `conv3 bn3` (`norm3`).
/// Source: He et al. 2015, figure 5, right.
/// Differs: the stride is on the 3x3 convolution, as in torchvision ("v1.5").
ResidualBlock bottleneck_block(const BlockOptions& options);

/// Builds the shortcut of a convolutional block: an IdentityShortcut if input and output have the same shape, else the
/// module that the options name.
/// Throws: Error (usage) if the options ask for the identity and the shapes differ.
AnyModule make_shortcut(const BlockOptions& options);

}  // namespace reszoo
