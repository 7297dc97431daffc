#include "reszoo/nn/conv_blocks.h"

#include <torch/nn/modules/linear.h>

#include "reszoo/base/error.h"
#include "reszoo/nn/average_projection.h"
#include "reszoo/nn/conv_projection.h"
#include "reszoo/nn/drop_path.h"
#include "reszoo/nn/make_conv.h"
#include "reszoo/nn/zero_pad_shortcut.h"

namespace reszoo {
namespace {

using BlockConvs = std::vector<BlockConvOptions>;

void check_block(const BlockOptions& o) {
  if (o.in < 1 || o.out < 1)
    fail(ErrorKind::usage, "BlockOptions: in and out must be positive, got in={}, out={}", o.in, o.out);
  if (o.stride < 1) fail(ErrorKind::usage, "BlockOptions: stride must be positive, got stride={}", o.stride);
  if (o.layout == Layout::features)
    fail(ErrorKind::usage, "BlockOptions: layout must be sequences or images, got features; use tabular_block");
  if (o.layout == Layout::sequences && o.drop_block)
    fail(ErrorKind::usage, "BlockOptions: drop_block needs images, got sequences");
  if (o.order == Order::pre_activation && (o.anti_alias != AntiAlias::none || o.drop_block))
    fail(ErrorKind::usage, "BlockOptions: a pre-activation block takes neither anti_alias nor drop_block");
}

bool is_anti_aliased(const BlockOptions& o) {
  return o.anti_alias != AntiAlias::none && (o.stride > 1 || o.first_dilation != o.dilation);
}

BlockConvOptions block_conv(const BlockOptions& o, int64_t in, int64_t out, int64_t kernel, int64_t dilation = 1) {
  return {.in = in,
          .out = out,
          .kernel = kernel,
          .dilation = dilation,
          .layout = o.layout,
          .weight_standardization = o.weight_standardization};
}

/// Returns the options of the convolution with stride and groups. With anti-aliasing, the pooling after it has the
/// stride instead.
BlockConvOptions strided_conv(const BlockOptions& o, int64_t in, int64_t out) {
  auto conv = block_conv(o, in, out, 3, o.first_dilation);
  conv.stride = is_anti_aliased(o) ? 1 : o.stride;
  conv.groups = o.groups;
  return conv;
}

AnyModule drop_path_of(const BlockOptions& o) {
  return o.drop_path > 0 ? AnyModule(DropPath(DropPathOptions{.probability = o.drop_path})) : AnyModule(nn::Identity());
}

AnyModule drop_block_of(const BlockOptions& o) {
  return o.drop_block ? AnyModule(DropBlock2d(*o.drop_block)) : AnyModule(nn::Identity());
}

AnyModule anti_alias_of(const BlockOptions& o, int64_t channels) {
  return make_anti_alias(is_anti_aliased(o) ? o.anti_alias : AntiAlias::none, channels, o.stride, o.layout);
}

/// Builds convolution, norm, activation …; the last activation goes into the exit. `strided` is the index of the
/// convolution with the stride, which drop block and anti-aliasing follow.
ResidualBlock post_activation_block(const BlockConvs& convs, size_t strided, const BlockOptions& o) {
  Slots slots;
  for (size_t i = 0; i < convs.size(); ++i) {
    const auto number = std::to_string(i + 1);
    const auto width = convs[i].out;
    slots.branch.emplace_back("conv" + number, make_conv(convs[i]));
    slots.branch.emplace_back("bn" + number, o.norm.build(width, o.layout));
    if (i == strided) slots.branch.emplace_back("drop_block", drop_block_of(o));
    (i + 1 == convs.size() ? slots.exit : slots.branch).emplace_back("relu" + number, o.activation.build());
    if (i == strided) slots.branch.emplace_back("aa", anti_alias_of(o, width));
  }
  slots.branch.emplace_back("se", o.attention.build(o.out, o.layout));
  slots.branch.emplace_back("drop_path", drop_path_of(o));
  slots.shortcut = {"downsample", make_shortcut(o)};
  return ResidualBlock(std::move(slots));
}

/// Builds norm, activation, convolution …; the first norm and activation go into the entry, whose output a projection
/// reads too.
ResidualBlock pre_activation_block(const BlockConvs& convs, const BlockOptions& o) {
  Slots slots;
  for (size_t i = 0; i < convs.size(); ++i) {
    const auto number = std::to_string(i + 1);
    Steps& before = i == 0 ? slots.entry : slots.branch;
    before.emplace_back("norm" + number, o.norm.build(convs[i].in, o.layout));
    before.emplace_back("act" + number, o.activation.build());
    slots.branch.emplace_back("conv" + number, make_conv(convs[i]));
  }
  slots.branch.emplace_back("se", o.attention.build(o.out, o.layout));
  slots.branch.emplace_back("drop_path", drop_path_of(o));
  slots.shortcut = {"downsample", make_shortcut(o)};
  slots.shortcut_first = true;
  slots.shortcut_reads_entry = slots.shortcut.module().ptr()->as<ChainImpl>() != nullptr;
  return ResidualBlock(std::move(slots));
}

ConvProjectionOptions projection_options(const BlockOptions& o) {
  const bool pre = o.order == Order::pre_activation;
  return {
      .in = o.in,
      .out = o.out,
      .kernel = o.stride == 1 && o.dilation == 1 ? 1 : o.projection_kernel,
      .stride = o.stride,
      .dilation = o.shortcut == ShortcutKind::average_projection ? o.dilation : o.first_dilation,
      .layout = o.layout,
      // The entry of a pre-activation block has already normalised the input.
      .norm = pre ? Norm{"none"} : o.norm,
      .named = pre,
      .weight_standardization = o.weight_standardization,
  };
}

ResidualBlock make_block(const BlockConvs& convs, size_t strided, const BlockOptions& o) {
  return o.order == Order::pre_activation ? pre_activation_block(convs, o) : post_activation_block(convs, strided, o);
}

}  // namespace

AnyModule make_shortcut(const BlockOptions& o) {
  if (o.stride == 1 && o.in == o.out) return AnyModule(IdentityShortcut());
  switch (o.shortcut) {
    case ShortcutKind::zero_pad:
      return AnyModule(ZeroPadShortcut(ZeroPadShortcutOptions{.in = o.in, .out = o.out, .stride = o.stride}));
    case ShortcutKind::projection: return AnyModule(ConvProjection(projection_options(o)));
    case ShortcutKind::average_projection: return AnyModule(AverageProjection(projection_options(o)));
    case ShortcutKind::identity: break;
  }
  fail(ErrorKind::usage,
       "IdentityShortcut: dimensions must agree, got in={}, out={}, stride={}; use zero_pad or projection", o.in, o.out,
       o.stride);
}

ResidualBlock basic_block(const BlockOptions& o) {
  check_block(o);
  if (o.groups != 1)
    fail(ErrorKind::usage, "basic_block: takes no groups, got groups={}; use bottleneck_block", o.groups);
  const auto width = o.out / o.reduce_first;
  return make_block({strided_conv(o, o.in, width), block_conv(o, width, o.out, 3, o.dilation)}, 0, o);
}

ResidualBlock bottleneck_block(const BlockOptions& o) {
  check_block(o);
  const auto width = o.width.value_or(o.out), first = width / o.reduce_first;
  const auto reduce = block_conv(o, o.in, first, 1), expand = block_conv(o, width, o.out, 1);
  return make_block({reduce, strided_conv(o, first, width), expand}, 1, o);
}

}  // namespace reszoo
