#include "kernels/tabular.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tabular_backward.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include "kernels/tabular-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

HWY_ATTR void DropoutBackward(const float* g, const DropoutMask& mask, float* out, double* sum, const Rows& rows) {
  const float scale = mask.scale;
  ForEachMasked(mask, rows, [&](auto d, int64_t i, int64_t column, auto dropped) HWY_ATTR {
    const auto value = hn::IfThenZeroElse(dropped, hn::Mul(hn::LoadU(d, g + i), hn::Set(d, scale)));
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

HWY_ATTR void AddColumns(const float* g, double* sum, const Rows& rows) {
  SumColumns(rows, sum, [&](auto d, int64_t i, int64_t) HWY_ATTR { return hn::LoadU(d, g + i); });
}

HWY_ATTR void ReluBackward(const float* g, const float* activation, float scale, float* out, double* sum,
                           const Rows& rows) {
  SumColumns(rows, sum, [&](auto d, int64_t i, int64_t) HWY_ATTR {
    const auto open = hn::Gt(hn::LoadU(d, activation + i), hn::Zero(d));
    const auto value = hn::IfThenElseZero(open, hn::Mul(hn::LoadU(d, g + i), hn::Set(d, scale)));
    hn::StoreU(value, d, out + i);
    return value;
  });
}

HWY_ATTR void AddProducts(const float* g, const float* x, const float* mean, double* sum, double* product,
                          const Rows& rows) {
  AddColumns(g, sum, rows);
  SumColumns(rows, product, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    return hn::Mul(hn::LoadU(d, g + i), hn::Sub(hn::LoadU(d, x + i), hn::LoadU(d, mean + column)));
  });
}

HWY_ATTR void NormBackward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                           const Rows& rows) {
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto deviation = hn::Sub(hn::LoadU(d, x + i), hn::LoadU(d, norm.mean + column));
    auto value = hn::MulAdd(deviation, hn::LoadU(d, norm.slope + column), hn::LoadU(d, norm.offset + column));
    value = hn::MulAdd(hn::LoadU(d, g + i), hn::LoadU(d, norm.gain + column), value);
    hn::StoreU(residual ? hn::Add(value, hn::LoadU(d, residual + i)) : value, d, out + i);
  });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(DropoutBackward);
HWY_EXPORT(AddColumns);
HWY_EXPORT(ReluBackward);
HWY_EXPORT(AddProducts);
HWY_EXPORT(NormBackward);

void dropout_backward(const float* g, const DropoutMask& mask, float* out, double* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(DropoutBackward)(g, mask, out, sum, rows);
}

void add_columns(const float* g, double* sum, const Rows& rows) { HWY_DYNAMIC_DISPATCH(AddColumns)(g, sum, rows); }

void relu_backward(const float* g, const float* activation, float scale, float* out, double* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ReluBackward)(g, activation, scale, out, sum, rows);
}

void add_products(const float* g, const float* x, const float* mean, double* sum, double* product, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddProducts)(g, x, mean, sum, product, rows);
}

void norm_backward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                   const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(NormBackward)(g, x, norm, residual, out, rows);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
