#include "reszoo/nn/tabular_block.h"

#include <torch/nn/modules/dropout.h>

#include "reszoo/base/error.h"
#include "reszoo/nn/linear_projection.h"

namespace reszoo {

ResidualBlock tabular_block(const TabularBlockOptions& o) {
  const int64_t in = o.in.value_or(o.width);
  if (in < 1 || o.width < 1 || o.hidden < 1)
    fail(ErrorKind::usage, "tabular_block: widths must be positive, got in={}, width={}, hidden={}", in, o.width, o.hidden);
  Slots slots;
  slots.branch = {
      {"normalization", o.members.norm(o.norm, in)},
      {"linear1", o.members.linear(in, o.hidden)},
      {"activation", o.activation.build()},
      {"dropout1", nn::Dropout(o.dropout)},
      {"linear2", o.members.linear(o.hidden, o.width)},
      {"dropout2", nn::Dropout(o.residual_dropout)},
  };
  if (in != o.width)
    slots.shortcut = {"shortcut", o.members.count > 0 ? o.members.linear(in, o.width, /*bias=*/false)
                                                      : AnyModule(LinearProjection(in, o.width))};
  return ResidualBlock(std::move(slots));
}

}  // namespace reszoo
