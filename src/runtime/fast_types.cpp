// Which types of products are fast on this processor.
#include "kernels/dot_gemm.h"
#include "reszoo/runtime/quantization.h"

namespace reszoo {

bool has_fast_int8() { return kernels::best_dot_target(kernels::DotType::int8) != kernels::DotTarget::portable; }

bool has_fast_bfloat16() {
  const auto target = kernels::best_dot_target(kernels::DotType::bfloat16);
  return target == kernels::DotTarget::avx512_bf16 || target == kernels::DotTarget::amx;
}

}  // namespace reszoo
