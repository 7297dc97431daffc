#include "reszoo/nn/norm.h"

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <charconv>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

AnyModule group_norm(int64_t groups, int64_t width) {
  if (groups < 1) fail(ErrorKind::usage, "Norm: groups must be positive, got groups={}", groups);
  if (width % groups != 0)
    fail(ErrorKind::usage, "Norm: groups must divide width, got groups={}, width={}", groups, width);
  return AnyModule(nn::GroupNorm(nn::GroupNormOptions(groups, width)));
}

}  // namespace

Norm Norm::parse(std::string_view text) {
  if (text == "none") return {Kind::none};
  if (text == "batch") return {Kind::batch};
  if (text == "layer") return {Kind::layer};
  if (text == "instance") return {Kind::instance};
  if (constexpr std::string_view prefix = "group:"; text.starts_with(prefix)) {
    int64_t groups = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + prefix.size(), end, groups);
    if (error == std::errc() && stop == end && groups > 0) return {Kind::group, groups};
  }
  fail(ErrorKind::usage, "Norm: must be batch, group:<number>, layer, instance or none, got \"{}\"{}", text,
       suggestion(text, {"batch", "group:32", "layer", "instance", "none"}));
}

std::string Norm::text() const {
  switch (kind) {
    case Kind::none: return "none";
    case Kind::batch: return "batch";
    case Kind::group: return fmt::format("group:{}", groups);
    case Kind::layer: return "layer";
    case Kind::instance: return "instance";
  }
  fail(ErrorKind::usage, "Norm: unknown kind {}", static_cast<int>(kind));
}

AnyModule Norm::build(int64_t width, Layout layout) const {
  const bool maps = layout == Layout::maps;
  switch (kind) {
    case Kind::none: return AnyModule(nn::Identity());
    case Kind::batch: return maps ? AnyModule(nn::BatchNorm2d(width)) : AnyModule(nn::BatchNorm1d(width));
    case Kind::group: return group_norm(groups, width);
    case Kind::layer:
      return maps ? group_norm(1, width) : AnyModule(nn::LayerNorm(nn::LayerNormOptions({width})));
    case Kind::instance:
      if (!maps)
        fail(ErrorKind::usage, "Norm: instance needs feature maps (N, C, H, W), got rows (N, C); use layer");
      return AnyModule(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(width).affine(true)));
  }
  fail(ErrorKind::usage, "Norm: unknown kind {}", static_cast<int>(kind));
}

}  // namespace reszoo
