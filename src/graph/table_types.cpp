// Module types that read table rows. They run as they are.
#include "graph/module_types.h"
#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/table_encoder.h"

namespace reszoo::detail {

void add_table_types(ModuleTypes& types) {
  types.add<TableEncoderImpl>({.name = "table_encoder"});
  types.add<MemberScaleImpl>({.name = "member_scale"});
}

}  // namespace reszoo::detail
