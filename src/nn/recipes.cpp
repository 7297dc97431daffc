#include "reszoo/nn/recipes.h"

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/nn/conv_projection.h"
#include "reszoo/nn/zero_pad_shortcut.h"

namespace reszoo {
namespace {

nn::Conv2d conv(int64_t in, int64_t out, int64_t kernel, int64_t stride = 1, int64_t groups = 1) {
  return nn::Conv2d(
      nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).groups(groups).bias(false));
}

/// Weaves norms and activations between the convolutions of a branch. The first
/// gate of a pre-activation block goes to the entry, the last activation of a
/// post-activation block to the exit.
ResidualBlock weave(const std::vector<nn::Conv2d>& convs, const BlockOptions& options) {
  if (options.stride() < 1) fail(ErrorKind::usage, "BlockOptions: stride must be positive, got stride={}", options.stride());
  const bool pre = options.order() == Order::pre_activation;
  Slots slots;
  for (size_t i = 0; i < convs.size(); ++i) {
    const auto number = std::to_string(i + 1);
    const nn::NamedAnyModule activation("relu" + number, options.activation().build());
    const auto norm = [&](int64_t width) {
      return nn::NamedAnyModule("bn" + number, options.norm().build(width, Layout::maps));
    };
    if (pre) {
      Steps& gate = i == 0 ? slots.entry : slots.branch;
      gate.push_back(norm(convs[i]->options.in_channels()));
      gate.push_back(activation);
    }
    slots.branch.emplace_back("conv" + number, convs[i]);
    if (!pre) {
      slots.branch.push_back(norm(convs[i]->options.out_channels()));
      (i + 1 == convs.size() ? slots.exit : slots.branch).push_back(activation);
    }
  }
  slots.shortcut = {"downsample", make_shortcut(options)};
  slots.shortcut_reads_entry = pre && slots.shortcut.module().ptr()->as<ConvProjectionImpl>();
  return ResidualBlock(std::move(slots));
}

const std::vector<std::pair<std::string, ShortcutKind>> kShortcuts = {
    {"identity", ShortcutKind::identity},
    {"zero_pad", ShortcutKind::zero_pad},
    {"projection", ShortcutKind::projection},
};

}  // namespace

ShortcutKind parse_shortcut(std::string_view text) {
  for (const auto& [name, kind] : kShortcuts)
    if (name == text) return kind;
  fail(ErrorKind::usage, "shortcut: must be identity, zero_pad or projection, got \"{}\"{}", text,
       suggestion(text, {"identity", "zero_pad", "projection"}));
}

std::string text_of(ShortcutKind kind) { return kShortcuts[static_cast<size_t>(kind)].first; }

AnyModule make_shortcut(const BlockOptions& o) {
  if (o.stride() == 1 && o.in() == o.out()) return AnyModule(IdentityShortcut());
  switch (o.shortcut()) {
    case ShortcutKind::zero_pad:
      return AnyModule(ZeroPadShortcut(ZeroPadShortcutOptions(o.in(), o.out()).stride(o.stride())));
    case ShortcutKind::projection: {
      // Behind a pre-activation there is nothing left for a second norm to do.
      const Norm norm = o.order() == Order::pre_activation ? Norm{Norm::Kind::none} : o.norm();
      return AnyModule(ConvProjection(ConvProjectionOptions(o.in(), o.out()).stride(o.stride()).norm(norm)));
    }
    case ShortcutKind::identity: break;
  }
  fail(ErrorKind::usage, "IdentityShortcut: dimensions must agree, got in={}, out={}, stride={}; use zero_pad or projection",
       o.in(), o.out(), o.stride());
}

ResidualBlock basic_block(const BlockOptions& o) {
  if (o.groups() != 1) fail(ErrorKind::usage, "basic_block: takes no groups, got groups={}; use bottleneck_block", o.groups());
  return weave({conv(o.in(), o.out(), 3, o.stride()), conv(o.out(), o.out(), 3)}, o);
}

ResidualBlock bottleneck_block(const BlockOptions& o) {
  const auto width = o.width();
  return weave({conv(o.in(), width, 1), conv(width, width, 3, o.stride(), o.groups()), conv(width, o.out(), 1)}, o);
}

ResidualBlock tabular_block(const TabularBlockOptions& o) {
  Slots slots;
  slots.branch = {
      {"normalization", o.norm().build(o.width(), Layout::rows)},
      {"linear1", nn::Linear(o.width(), o.hidden())},
      {"activation", o.activation().build()},
      {"dropout1", nn::Dropout(o.dropout())},
      {"linear2", nn::Linear(o.hidden(), o.width())},
      {"dropout2", nn::Dropout(o.residual_dropout())},
  };
  return ResidualBlock(std::move(slots));
}

}  // namespace reszoo
