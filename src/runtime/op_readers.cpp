#include "runtime/ops.h"

namespace reszoo::detail {

const OpReaders& OpReaders::all() {
  static const OpReaders all = [] {
    OpReaders readers;
    add_conv_readers(readers);
    add_member_readers(readers);
    add_norm_readers(readers);
    add_pad_readers(readers);
    add_pointwise_readers(readers);
    add_pool_readers(readers);
    add_reshape_readers(readers);
    add_scale_readers(readers);
    add_table_encoder_readers(readers);
    return readers;
  }();
  return all;
}

}  // namespace reszoo::detail
