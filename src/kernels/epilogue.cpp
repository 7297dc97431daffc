#include "kernels/epilogue.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/epilogue.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <hwy/contrib/math/math-inl.h>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// 1 / (1 + exp(-x)). The exponential is computed for -|x|, which cannot overflow.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Sigmoid(D d, V x) {
  const auto one = hn::Set(d, 1.0f);
  const auto power = hn::Exp(d, hn::Neg(hn::Abs(x)));
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), power, one), hn::Add(one, power));
}

/// The standard normal distribution function, (1 + erf(x / sqrt(2))) / 2. With z = |x| / sqrt(2), erfc(z) is a
/// polynomial in 1 / (1 + p z) times exp(-z^2), with an error of 1.5e-7. Source: Abramowitz and Stegun 1964, 7.1.26.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V NormalCdf(D d, V x) {
  const auto one = hn::Set(d, 1.0f);
  const auto z = hn::Mul(hn::Abs(x), hn::Set(d, 0.70710678118654752f));
  const auto t = hn::Div(one, hn::MulAdd(z, hn::Set(d, 0.3275911f), one));
  auto sum = hn::MulAdd(t, hn::Set(d, 1.061405429f / 2), hn::Set(d, -1.453152027f / 2));
  for (const float coefficient : {1.421413741f / 2, -0.284496736f / 2, 0.254829592f / 2})
    sum = hn::MulAdd(sum, t, hn::Set(d, coefficient));
  const auto tail = hn::Mul(hn::Mul(sum, t), hn::Exp(d, hn::Neg(hn::Mul(z, z))));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(one, tail));
}

/// Clamps x to [low, high]. A NaN stays NaN, because every comparison with it is false.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Limit(D d, float low, float high, V x) {
  const auto least = hn::Set(d, low), most = hn::Set(d, high);
  const auto above = hn::IfThenElse(hn::Lt(x, least), least, x);
  return hn::IfThenElse(hn::Gt(above, most), most, above);
}

template <Activation kActivation, class D, class V = hn::Vec<D>>
HWY_INLINE V Activated(D d, V x) {
  switch (kActivation) {
    case Activation::none: return x;
    case Activation::relu: return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x);
    case Activation::relu6: return Limit(d, 0.0f, 6.0f, x);
    case Activation::sigmoid: return hn::IfThenElse(hn::Eq(x, x), Sigmoid(d, x), x);
    case Activation::silu: return hn::Mul(x, Sigmoid(d, x));
    case Activation::gelu: return hn::Mul(x, NormalCdf(d, x));
    case Activation::hard_swish:
      return hn::Mul(x, hn::Mul(Limit(d, 0.0f, 6.0f, hn::Add(x, hn::Set(d, 3.0f))), hn::Set(d, 1.0f / 6)));
  }
  return x;
}

/// Calls `use` with the activation as a compile-time constant.
template <class Use>
HWY_INLINE void WithActivation(Activation activation, const Use& use) {
  switch (activation) {
    case Activation::none: return use(std::integral_constant<Activation, Activation::none>());
    case Activation::relu: return use(std::integral_constant<Activation, Activation::relu>());
    case Activation::relu6: return use(std::integral_constant<Activation, Activation::relu6>());
    case Activation::sigmoid: return use(std::integral_constant<Activation, Activation::sigmoid>());
    case Activation::silu: return use(std::integral_constant<Activation, Activation::silu>());
    case Activation::gelu: return use(std::integral_constant<Activation, Activation::gelu>());
    case Activation::hard_swish: return use(std::integral_constant<Activation, Activation::hard_swish>());
  }
}

HWY_ATTR void ActivateRows(Activation activation, float* y, int64_t rows, int64_t columns, int64_t stride) {
  WithActivation(activation, [=](auto kActivation) HWY_ATTR {
    for (int64_t row = 0; row < rows; ++row)
      ForEachVector(0, columns, [at = y + row * stride](auto d, int64_t i) HWY_ATTR {
        hn::StoreU(Activated<decltype(kActivation)::value>(d, hn::LoadU(d, at + i)), d, at + i);
      });
  });
}

HWY_ATTR void AddBias(const float* bias, float* y, int64_t rows, int64_t channels) {
  for (int64_t row = 0; row < rows; ++row)
    ForEachVector(0, channels, [bias, at = y + row * channels](auto d, int64_t i) HWY_ATTR {
      hn::StoreU(hn::Add(hn::LoadU(d, at + i), hn::LoadU(d, bias + i)), d, at + i);
    });
}

HWY_ATTR void AddRows(const float* a, const float* b, Activation activation, float* y, int64_t count) {
  WithActivation(activation, [=](auto kActivation) HWY_ATTR {
    ForEachVector(0, count, [a, b, y](auto d, int64_t i) HWY_ATTR {
      const auto sum = hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i));
      hn::StoreU(Activated<decltype(kActivation)::value>(d, sum), d, y + i);
    });
  });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(ActivateRows);
HWY_EXPORT(AddBias);
HWY_EXPORT(AddRows);

void activate(Activation activation, float* y, int64_t rows, int64_t columns, int64_t stride) {
  if (activation == Activation::none) return;
  if (stride == columns) columns *= rows, stride = columns, rows = 1;
  HWY_DYNAMIC_DISPATCH(ActivateRows)(activation, y, rows, columns, stride);
}

void apply_epilogue(const Epilogue& epilogue, float* y, int64_t rows, int64_t channels) {
  if (epilogue.bias) HWY_DYNAMIC_DISPATCH(AddBias)(epilogue.bias, y, rows, channels);
  if (epilogue.residual) return add(y, epilogue.residual, epilogue.activation, y, rows * channels);
  activate(epilogue.activation, y, rows, channels, channels);
}

void add(const float* a, const float* b, Activation activation, float* y, int64_t count) {
  HWY_DYNAMIC_DISPATCH(AddRows)(a, b, activation, y, count);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
