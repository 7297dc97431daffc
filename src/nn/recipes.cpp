#include "reszoo/nn/recipes.h"

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/nn/average_projection.h"
#include "reszoo/nn/blur_pool2d.h"
#include "reszoo/nn/conv_projection.h"
#include "reszoo/nn/drop_path.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/linear_projection.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"
#include "reszoo/nn/zero_pad_shortcut.h"

namespace reszoo {
namespace {

nn::Conv2dOptions conv(int64_t in, int64_t out, int64_t kernel, int64_t dilation = 1) {
  return nn::Conv2dOptions(in, out, kernel).padding(dilation * (kernel / 2)).dilation(dilation).bias(false);
}

void check(const BlockOptions& o) {
  if (o.stride() < 1) fail(ErrorKind::usage, "BlockOptions: stride must be positive, got stride={}", o.stride());
  if (o.order() == Order::pre_activation && (o.anti_alias() != AntiAlias::none || o.drop_block()))
    fail(ErrorKind::usage, "BlockOptions: a pre-activation block takes neither anti_alias nor drop_block");
}

bool anti_aliased(const BlockOptions& o) {
  return o.anti_alias() != AntiAlias::none && (o.stride() > 1 || o.first_dilation() != o.dilation());
}

/// The strided convolution; where the map is anti-aliased behind it, without the stride.
nn::Conv2dOptions strided(nn::Conv2dOptions conv, const BlockOptions& o) {
  return conv.stride(anti_aliased(o) ? 1 : o.stride()).groups(o.groups());
}

AnyModule drop_path(double probability) {
  return probability > 0 ? AnyModule(DropPath(DropPathOptions(probability))) : AnyModule(nn::Identity());
}

AnyModule drop_block(const BlockOptions& o) {
  return o.drop_block() ? AnyModule(DropBlock2d(*o.drop_block())) : AnyModule(nn::Identity());
}

/// Convolution, norm, activation …; the last activation goes to the exit. Behind
/// the convolution at `spatial`, which strides, stand drop block and anti-aliasing.
ResidualBlock post_activation(const std::vector<nn::Conv2dOptions>& convs, size_t spatial, const BlockOptions& o) {
  Slots slots;
  for (size_t i = 0; i < convs.size(); ++i) {
    const auto number = std::to_string(i + 1);
    const auto width = convs[i].out_channels();
    slots.branch.emplace_back("conv" + number, make_conv(convs[i], o.standardize()));
    slots.branch.emplace_back("bn" + number, o.norm().build(width, Layout::maps));
    if (i == spatial) slots.branch.emplace_back("drop_block", drop_block(o));
    (i + 1 == convs.size() ? slots.exit : slots.branch).emplace_back("relu" + number, o.activation().build());
    if (i == spatial)
      slots.branch.emplace_back("aa", make_anti_alias(anti_aliased(o) ? o.anti_alias() : AntiAlias::none, width, o.stride()));
  }
  slots.branch.emplace_back("se", o.attention().build(o.out()));
  slots.branch.emplace_back("drop_path", drop_path(o.drop_path()));
  slots.shortcut = {"downsample", make_shortcut(o)};
  return ResidualBlock(std::move(slots));
}

/// Norm, activation, convolution …; the first norm and activation go to the entry,
/// which a projection reads too.
ResidualBlock pre_activation(const std::vector<nn::Conv2dOptions>& convs, const BlockOptions& o) {
  Slots slots;
  for (size_t i = 0; i < convs.size(); ++i) {
    const auto number = std::to_string(i + 1);
    Steps& gate = i == 0 ? slots.entry : slots.branch;
    gate.emplace_back("norm" + number, o.norm().build(convs[i].in_channels(), Layout::maps));
    gate.emplace_back("act" + number, o.activation().build());
    slots.branch.emplace_back("conv" + number, make_conv(convs[i], o.standardize()));
  }
  slots.branch.emplace_back("se", o.attention().build(o.out()));
  slots.branch.emplace_back("drop_path", drop_path(o.drop_path()));
  slots.shortcut = {"downsample", make_shortcut(o)};
  slots.shortcut_first = true;
  slots.shortcut_reads_entry = slots.shortcut.module().ptr()->as<ChainImpl>() != nullptr;
  return ResidualBlock(std::move(slots));
}

ConvProjectionOptions projection_options(const BlockOptions& o) {
  const bool pre = o.order() == Order::pre_activation;
  return ConvProjectionOptions(o.in(), o.out())
      .kernel(o.stride() == 1 && o.dilation() == 1 ? 1 : o.projection_kernel())
      .stride(o.stride())
      .dilation(o.shortcut() == ShortcutKind::average_projection ? o.dilation() : o.first_dilation())
      // Behind a pre-activation there is nothing left for a second norm to do.
      .norm(pre ? Norm{Norm::Kind::none} : o.norm())
      .named(pre)
      .standardize(o.standardize());
}

ResidualBlock weave(const std::vector<nn::Conv2dOptions>& convs, size_t spatial, const BlockOptions& o) {
  check(o);
  return o.order() == Order::pre_activation ? pre_activation(convs, o) : post_activation(convs, spatial, o);
}

const std::vector<std::pair<std::string, ShortcutKind>> kShortcuts = {
    {"identity", ShortcutKind::identity},
    {"zero_pad", ShortcutKind::zero_pad},
    {"projection", ShortcutKind::projection},
    {"average_projection", ShortcutKind::average_projection},
};

}  // namespace

ShortcutKind parse_shortcut(std::string_view text) {
  for (const auto& [name, kind] : kShortcuts)
    if (name == text) return kind;
  fail(ErrorKind::usage, "shortcut: must be identity, zero_pad, projection or average_projection, got \"{}\"{}",
       text, suggestion(text, {"identity", "zero_pad", "projection", "average_projection"}));
}

std::string text_of(ShortcutKind kind) { return kShortcuts[static_cast<size_t>(kind)].first; }

AnyModule Attention::build(int64_t channels) const {
  switch (kind) {
    case Kind::none: return AnyModule(nn::Identity());
    case Kind::squeeze_excite: return AnyModule(SqueezeExcite(SqueezeExciteOptions(channels).ratio(ratio)));
    case Kind::efficient_channel:
      return AnyModule(EfficientChannelAttention(EfficientChannelAttentionOptions(channels)));
  }
  fail(ErrorKind::usage, "Attention: unknown kind {}", static_cast<int>(kind));
}

AnyModule make_anti_alias(AntiAlias kind, int64_t channels, int64_t stride) {
  if (kind == AntiAlias::blur) return AnyModule(BlurPool2d(BlurPool2dOptions(channels).stride(stride)));
  if (kind == AntiAlias::average && stride > 1) return AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(stride)));
  return AnyModule(nn::Identity());
}

AnyModule make_shortcut(const BlockOptions& o) {
  if (o.stride() == 1 && o.in() == o.out()) return AnyModule(IdentityShortcut());
  switch (o.shortcut()) {
    case ShortcutKind::zero_pad:
      return AnyModule(ZeroPadShortcut(ZeroPadShortcutOptions(o.in(), o.out()).stride(o.stride())));
    case ShortcutKind::projection: return AnyModule(ConvProjection(projection_options(o)));
    case ShortcutKind::average_projection: return AnyModule(AverageProjection(projection_options(o)));
    case ShortcutKind::identity: break;
  }
  fail(ErrorKind::usage, "IdentityShortcut: dimensions must agree, got in={}, out={}, stride={}; use zero_pad or projection",
       o.in(), o.out(), o.stride());
}

ResidualBlock basic_block(const BlockOptions& o) {
  if (o.groups() != 1) fail(ErrorKind::usage, "basic_block: takes no groups, got groups={}; use bottleneck_block", o.groups());
  const auto width = o.out() / o.reduce_first();
  return weave({strided(conv(o.in(), width, 3, o.first_dilation()), o), conv(width, o.out(), 3, o.dilation())}, 0, o);
}

ResidualBlock bottleneck_block(const BlockOptions& o) {
  const auto width = o.width(), first = width / o.reduce_first();
  return weave({conv(o.in(), first, 1), strided(conv(first, width, 3, o.first_dilation()), o), conv(width, o.out(), 1)}, 1, o);
}

ResidualBlock tabular_block(const TabularBlockOptions& o) {
  Slots slots;
  slots.branch = {
      {"normalization", o.members().norm(o.norm(), o.in())},
      {"linear1", o.members().linear(o.in(), o.hidden())},
      {"activation", o.activation().build()},
      {"dropout1", nn::Dropout(o.dropout())},
      {"linear2", o.members().linear(o.hidden(), o.width())},
      {"dropout2", nn::Dropout(o.residual_dropout())},
  };
  if (o.in() != o.width())
    slots.shortcut = {"shortcut", o.members().count > 0 ? o.members().linear(o.in(), o.width(), /*bias=*/false)
                                                        : AnyModule(LinearProjection(o.in(), o.width()))};
  return ResidualBlock(std::move(slots));
}

}  // namespace reszoo
