/// From options to the parts of a block.
#pragma once
#include <optional>
#include <string_view>

#include "reszoo/nn/activation.h"
#include "reszoo/nn/drop_block2d.h"
#include "reszoo/nn/members.h"
#include "reszoo/nn/norm.h"
#include "reszoo/nn/residual_block.h"

namespace reszoo {

/// Where norm and activation stand: behind each convolution (He et al. 2015, names
/// of torchvision) or before it (He et al. 2016, names of timm's resnetv2).
enum class Order { post_activation, pre_activation };

/// What the shortcut does where dimensions differ.
enum class ShortcutKind {
  identity,            ///< nothing: refused where dimensions differ
  zero_pad,            ///< the paper's option A
  projection,          ///< the paper's option B, W_s
  average_projection,  ///< ResNet-D's: mean of 2x2 pixels, then W_s
};

/// Reads `identity`, `zero_pad`, `projection` or `average_projection`.
/// Throws: Error (usage).
ShortcutKind parse_shortcut(std::string_view text);
std::string text_of(ShortcutKind kind);

/// What weighs the channels at the end of a branch.
struct Attention {
  enum class Kind { none, squeeze_excite, efficient_channel };
  Kind kind = Kind::none;
  double ratio = 1.0 / 16;  ///< of squeeze_excite: squeezed channels / channels

  AnyModule build(int64_t channels) const;
};

/// What subsamples in place of a strided convolution.
enum class AntiAlias { none, blur, average };

/// Builds a BlurPool2d or AvgPool2d; an Identity for `none` and for an average of
/// one pixel.
AnyModule make_anti_alias(AntiAlias kind, int64_t channels, int64_t stride);

/// Options of the convolutional blocks. Widths are in channels, stride and
/// dilation in pixels.
struct BlockOptions {
  BlockOptions(int64_t in, int64_t out) : in_(in), out_(out), width_(out) {}
  TORCH_ARG(int64_t, in);
  TORCH_ARG(int64_t, out);
  TORCH_ARG(int64_t, width);             ///< inner width of a bottleneck
  TORCH_ARG(int64_t, reduce_first) = 1;  ///< what the first convolution's width is divided by
  TORCH_ARG(int64_t, stride) = 1;
  TORCH_ARG(int64_t, groups) = 1;          ///< the cardinality of a bottleneck's 3x3 convolution
  TORCH_ARG(int64_t, dilation) = 1;
  TORCH_ARG(int64_t, first_dilation) = 1;  ///< of the convolution with the stride: the dilation before this stage
  TORCH_ARG(Norm, norm) = {};
  TORCH_ARG(Activation, activation) = {};
  TORCH_ARG(Order, order) = Order::post_activation;
  TORCH_ARG(ShortcutKind, shortcut) = ShortcutKind::projection;
  TORCH_ARG(int64_t, projection_kernel) = 1;     ///< where a projection strides
  TORCH_ARG(Attention, attention) = {};
  TORCH_ARG(AntiAlias, anti_alias) = AntiAlias::none;
  TORCH_ARG(double, drop_path) = 0;              ///< fraction of images whose branch is dropped
  TORCH_ARG(std::optional<DropBlock2dOptions>, drop_block) = std::nullopt;
  TORCH_ARG(std::optional<double>, standardize) = std::nullopt;  ///< epsilon of weight standardisation
};

/// Two 3x3 convolutions; the first has the stride.
///
/// Where a part is not wanted an Identity stands under its name: `drop_block aa se drop_path`.
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)).
/// Keys: `conv1 bn1 conv2 bn2 se downsample.0 downsample.1` as in torchvision and
/// timm; with pre-activation `norm1 conv1 norm2 conv2 downsample.conv` as in timm.
/// Throws: Error (usage) for drop block or anti-aliasing with pre-activation.
/// Source: He et al. 2015, arXiv:1512.03385, figure 5, left.
ResidualBlock basic_block(const BlockOptions& options);

/// 1x1, 3x3 and 1x1 convolutions; the middle one has the stride and the groups.
///
/// Shape and keys: as basic_block, with `conv3 bn3` (`norm3`).
/// Source: He et al. 2015, figure 5, right.
/// Differs: the stride is on the 3x3 convolution, as in torchvision ("v1.5").
ResidualBlock bottleneck_block(const BlockOptions& options);

/// The shortcut of a convolutional block: IdentityShortcut where dimensions
/// agree, else what the options say.
/// Throws: Error (usage) if it must be the identity and cannot be.
AnyModule make_shortcut(const BlockOptions& options);

/// Options of tabular_block: width and inner width in features, dropout as the
/// fraction of zeroed values behind the first and the second linear layer.
struct TabularBlockOptions {
  TabularBlockOptions(int64_t width, int64_t hidden) : in_(width), width_(width), hidden_(hidden) {}
  TORCH_ARG(int64_t, in);  ///< width of the input: another than `width` takes a projection
  TORCH_ARG(int64_t, width);
  TORCH_ARG(int64_t, hidden);
  TORCH_ARG(double, dropout) = 0.15;
  TORCH_ARG(double, residual_dropout) = 0.0;
  TORCH_ARG(Norm, norm) = {};
  TORCH_ARG(Activation, activation) = {};
  TORCH_ARG(Members, members) = {};  ///< k blocks in one: all widths are those of a member
};

/// y = shortcut(x) + dropout(linear2(dropout(activation(linear1(norm(x)))))), where
/// the shortcut is the identity, or W_s x where widths differ.
///
/// Shape: (N, in) to (N, width); of k members (N, k * in) to (N, k * width).
/// Keys: `normalization linear1 linear2`, as in rtdl; `shortcut.*` of a LinearProjection,
/// or of the members' linear layer.
/// Source: Gorishniy et al. 2021, arXiv:2106.11959, section 3.2.
ResidualBlock tabular_block(const TabularBlockOptions& options);

}  // namespace reszoo
