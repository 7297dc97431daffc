// Module types that do nothing in inference.
#include <torch/nn/modules/dropout.h>

#include "graph/module_types.h"
#include "reszoo/nn/drop_block2d.h"
#include "reszoo/nn/drop_path.h"

namespace reszoo::detail {
namespace {

template <typename Impl>
size_t lower_to_nothing(const Impl&, ModuleLowering&, size_t x) {
  return x;
}

}  // namespace

void add_dropout_types(ModuleTypes& types) {
  types.add<nn::DropoutImpl>({.name = "dropout", .lower = lower_to_nothing<nn::DropoutImpl>});
  types.add<DropPathImpl>({.name = "drop_path", .lower = lower_to_nothing<DropPathImpl>});
  types.add<DropBlock2dImpl>({.name = "drop_block", .lower = lower_to_nothing<DropBlock2dImpl>});
}

}  // namespace reszoo::detail
