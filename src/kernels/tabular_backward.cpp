#include "kernels/tabular.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tabular_backward.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include "kernels/tabular-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

HWY_ATTR void DropoutBackward(const float* g, const DropoutMask& mask, float* out, float* sum, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;  // a local copy, which the compiler knows no store changes
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = masked(d, key, origin + i, hn::LoadU(d, g + i));
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

HWY_ATTR void AddColumns(const float* g, float* sum, const Rows& rows) {
  ForEachValue(rows,
               [&](auto d, int64_t i, int64_t column) HWY_ATTR { accumulate(d, sum + column, hn::LoadU(d, g + i)); });
}

HWY_ATTR void ReluBackward(const float* g, const float* activation, float scale, float* out, float* sum,
                           const Rows& rows) {
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto open = hn::Gt(hn::LoadU(d, activation + i), hn::Zero(d));
    const auto value = hn::IfThenElseZero(open, hn::Mul(hn::LoadU(d, g + i), hn::Set(d, scale)));
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

HWY_ATTR void AffineBackward(const float* g, const float* y, const float* scale, const DropoutMask& mask, float* out,
                             const MemberSums& sums, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    auto value = hn::LoadU(d, g + i);
    if (key.threshold != 0) value = masked(d, key, origin + i, value);
    accumulate(d, sums.bias + column, value);
    accumulate(d, sums.scale + column, hn::Mul(value, hn::LoadU(d, y + i)));
    hn::StoreU(hn::Mul(value, hn::LoadU(d, scale + column)), d, out + i);
  });
}

HWY_ATTR void ReluDropoutBackward(float* g, const float* y, const Affine& terms, const DropoutMask& mask,
                                  const float* r, const MemberSums& sums, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto z = ScaledBiased(d, y + i, terms, column);
    const auto open = hn::Gt(z, hn::Zero(d));
    // The factor that ReLU and dropout applied: 0, or the mask's scale.
    auto factor = hn::IfThenElseZero(open, hn::Set(d, 1.0f));
    if (key.threshold != 0) factor = masked(d, key, origin + i, factor);
    const auto gradient = hn::LoadU(d, g + i);
    accumulate(d, sums.r + column, hn::Mul(gradient, hn::Mul(z, factor)));
    const auto value = hn::Mul(hn::Mul(gradient, hn::LoadU(d, r + column)), factor);
    accumulate(d, sums.bias + column, value);
    accumulate(d, sums.scale + column, hn::Mul(value, hn::LoadU(d, y + i)));
    hn::StoreU(hn::Mul(value, hn::LoadU(d, terms.scale + column)), d, g + i);
  });
}

HWY_ATTR void ApplyMemberScaleBackward(const float* g, const float* x, const float* r, int64_t members, float* out,
                                       float* sum, const Rows& rows) {
  if (out) std::fill_n(out, rows.count * rows.width / members, 0.0f);
  ForEachMember(rows, members, [&](auto d, int64_t i, int64_t from, int64_t column) HWY_ATTR {
    const auto gradient = hn::LoadU(d, g + i);
    accumulate(d, sum + column, hn::Mul(gradient, hn::LoadU(d, x + from)));
    if (out) accumulate(d, out + from, hn::Mul(gradient, hn::LoadU(d, r + column)));
  });
}

HWY_ATTR void AddProducts(const float* g, const float* x, const float* mean, float* sum, float* product,
                          const Rows& rows) {
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto gradient = hn::LoadU(d, g + i);
    const auto deviation = hn::Sub(hn::LoadU(d, x + i), hn::LoadU(d, mean + column));
    accumulate(d, sum + column, gradient);
    hn::StoreU(hn::MulAdd(gradient, deviation, hn::LoadU(d, product + column)), d, product + column);
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
HWY_EXPORT(AffineBackward);
HWY_EXPORT(ReluDropoutBackward);
HWY_EXPORT(ApplyMemberScaleBackward);
HWY_EXPORT(AddProducts);
HWY_EXPORT(NormBackward);

void dropout_backward(const float* g, const DropoutMask& mask, float* out, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(DropoutBackward)(g, mask, out, sum, rows);
}

void add_columns(const float* g, float* sum, const Rows& rows) { HWY_DYNAMIC_DISPATCH(AddColumns)(g, sum, rows); }

void relu_backward(const float* g, const float* activation, float scale, float* out, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ReluBackward)(g, activation, scale, out, sum, rows);
}

void affine_backward(const float* g, const float* y, const float* scale, const DropoutMask& mask, float* out,
                     const MemberSums& sums, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AffineBackward)(g, y, scale, mask, out, sums, rows);
}

void relu_dropout_backward(float* g, const float* y, const Affine& terms, const DropoutMask& mask, const float* r,
                           const MemberSums& sums, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ReluDropoutBackward)(g, y, terms, mask, r, sums, rows);
}

void apply_member_scale_backward(const float* g, const float* x, const float* r, int64_t members, float* out,
                                 float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ApplyMemberScaleBackward)(g, x, r, members, out, sum, rows);
}

void add_products(const float* g, const float* x, const float* mean, float* sum, float* product, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddProducts)(g, x, mean, sum, product, rows);
}

void norm_backward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                   const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(NormBackward)(g, x, norm, residual, out, rows);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
