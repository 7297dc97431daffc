#include "reszoo/nn/norm.h"

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <charconv>
#include <optional>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"

namespace reszoo {
namespace {

AnyModule group_norm(int64_t groups, int64_t width) {
  if (groups < 1) fail(ErrorKind::usage, "Norm: groups must be positive, got groups={}", groups);
  if (width % groups != 0)
    fail(ErrorKind::usage, "Norm: groups must divide width, got groups={}, width={}", groups, width);
  return AnyModule(nn::GroupNorm(nn::GroupNormOptions(groups, width)));
}

std::optional<int64_t> positive_number(std::string_view text) {
  int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < 1) return std::nullopt;
  return number;
}

}  // namespace

Norm Norm::parse(std::string_view text) {
  if (text == "none") return {Kind::none};
  if (text == "batch") return {Kind::batch};
  if (text == "layer") return {Kind::layer};
  if (text == "instance") return {Kind::instance};
  if (text == "response") return {Kind::response};
  for (const auto& [prefix, kind] : {std::pair<std::string_view, Kind>{"group:", Kind::group}, {"evo:", Kind::evo}})
    if (text.starts_with(prefix))
      if (const auto groups = positive_number(text.substr(prefix.size()))) return {kind, *groups};
  fail(ErrorKind::usage, "Norm: must be batch, group:<number>, layer, instance, evo:<number>, response or none, got \"{}\"{}",
       text, suggestion(text, {"batch", "group:32", "layer", "instance", "evo:32", "response", "none"}));
}

std::string Norm::text() const {
  switch (kind) {
    case Kind::none: return "none";
    case Kind::batch: return "batch";
    case Kind::group: return fmt::format("group:{}", groups);
    case Kind::layer: return "layer";
    case Kind::instance: return "instance";
    case Kind::evo: return fmt::format("evo:{}", groups);
    case Kind::response: return "response";
  }
  fail(ErrorKind::usage, "Norm: unknown kind {}", static_cast<int>(kind));
}

AnyModule Norm::build(int64_t width, Layout layout) const {
  const bool maps = layout == Layout::maps;
  if (!maps && (kind == Kind::instance || kind == Kind::evo || kind == Kind::response))
    fail(ErrorKind::usage, "Norm: {} needs feature maps (N, C, H, W), got rows (N, C); use layer", text());
  switch (kind) {
    case Kind::none: return AnyModule(nn::Identity());
    case Kind::batch: return maps ? AnyModule(nn::BatchNorm2d(width)) : AnyModule(nn::BatchNorm1d(width));
    case Kind::group: return group_norm(groups, width);
    case Kind::layer:
      return maps ? group_norm(1, width) : AnyModule(nn::LayerNorm(nn::LayerNormOptions({width})));
    case Kind::instance: return AnyModule(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(width).affine(true)));
    case Kind::evo: return AnyModule(EvoNorm2d(EvoNorm2dOptions(width).groups(groups)));
    case Kind::response: return AnyModule(FilterResponseNorm2d(FilterResponseNorm2dOptions(width)));
  }
  fail(ErrorKind::usage, "Norm: unknown kind {}", static_cast<int>(kind));
}

}  // namespace reszoo
