#include "reszoo/nn/anti_alias.h"

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include "reszoo/base/names.h"
#include "reszoo/nn/blur_pool2d.h"

namespace reszoo {
namespace {

constexpr Named<AntiAlias> kAntiAliases[] = {
    {"none", AntiAlias::none}, {"blur", AntiAlias::blur}, {"average", AntiAlias::average}};

}  // namespace

std::string text_of(AntiAlias kind) { return name_of(kAntiAliases, kind); }

AnyModule make_anti_alias(AntiAlias kind, int64_t channels, int64_t stride, Layout layout) {
  if (kind == AntiAlias::blur) {
    if (layout != Layout::images)
      fail(ErrorKind::usage, "AntiAlias: blur needs images, got {}; use average", text_of(layout));
    return AnyModule(BlurPool2d(BlurPool2dOptions{.channels = channels, .stride = stride}));
  }
  if (kind == AntiAlias::none || stride == 1) return AnyModule(nn::Identity());
  if (layout == Layout::sequences) return AnyModule(nn::AvgPool1d(nn::AvgPool1dOptions(stride)));
  return AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(stride)));
}

}  // namespace reszoo
