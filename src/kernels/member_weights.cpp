#include "kernels/member_weights.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/member_weights.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

HWY_ATTR void WriteMemberMatrix(const MemberMatrix& matrix, float* out) {
  const auto m = matrix;  // a local copy, which the compiler knows no store changes
  for (int64_t row = 0; row < m.rows; ++row) {
    const auto* weight = m.weight + row * m.columns;
    auto* to = out + row * m.columns;
    const float of_row = m.of_rows[row];
    ForEachVector(0, m.columns, [&](auto d, int64_t i) HWY_ATTR {
      const auto scale = hn::Mul(hn::Set(d, of_row), hn::LoadU(d, m.of_columns + i));
      hn::StoreU(hn::Mul(hn::LoadU(d, weight + i), scale), d, to + i);
    });
  }
}

template <class D>
HWY_ATTR HWY_INLINE void AddTo(D d, float* sum, hn::Vec<D> value) {
  hn::StoreU(hn::Add(hn::LoadU(d, sum), value), d, sum);
}

/// Splits the gradients of a vector of columns in a row; returns their terms of the gradient of the row's scale.
template <class D>
HWY_ATTR HWY_INLINE hn::Vec<D> SplitVector(D d, const MemberMatrix& m, const MatrixNorm* norm, int64_t row, int64_t i,
                                           float* gradient, const MemberGradients& out) {
  const auto weight = hn::LoadU(d, m.weight + row * m.columns + i), of_columns = hn::LoadU(d, m.of_columns + i);
  const auto of_row = hn::Set(d, m.of_rows[row]), scaled = hn::Mul(weight, of_row);
  auto g = hn::LoadU(d, gradient);
  if (norm) {
    const auto bias = hn::Set(d, norm->bias_gradient[row]);
    AddTo(d, out.gain + i, hn::Mul(hn::Mul(scaled, of_columns), g));
    AddTo(d, out.shift + i, hn::Mul(hn::Mul(scaled, of_columns), bias));
    g = hn::MulAdd(hn::LoadU(d, norm->gain + i), g, hn::Mul(hn::LoadU(d, norm->shift + i), bias));
  }
  AddTo(d, out.of_columns + i, hn::Mul(scaled, g));
  g = hn::Mul(g, of_columns);
  hn::StoreU(hn::Mul(g, of_row), d, gradient);
  return hn::Mul(weight, g);
}

HWY_ATTR void SplitMemberGradient(const MemberMatrix& matrix, const MatrixNorm* norm, float* gradient,
                                  const MemberGradients& to) {
  const auto m = matrix;
  const auto out = to;
  for (auto* sum : {out.of_columns, norm ? out.gain : nullptr, norm ? out.shift : nullptr})
    if (sum) std::fill_n(sum, m.columns, 0.0f);
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < m.rows; ++row) {
    auto* of_row = gradient + row * m.columns;
    auto terms = hn::Zero(d);
    int64_t i = 0;
    for (; i + lanes <= m.columns; i += lanes) terms = hn::Add(terms, SplitVector(d, m, norm, row, i, of_row + i, out));
    float sum = hn::GetLane(hn::SumOfLanes(d, terms));
    for (; i < m.columns; ++i) sum += hn::GetLane(SplitVector(one, m, norm, row, i, of_row + i, out));
    out.of_rows[row] = sum;
  }
}

HWY_ATTR void SumMembers(const float* parts, int64_t members, int64_t size, int64_t begin, int64_t end, float* out) {
  ForEachVector(begin, end, [&](auto d, int64_t i) HWY_ATTR {
    auto sum = hn::LoadU(d, parts + i);
    for (int64_t member = 1; member < members; ++member) sum = hn::Add(sum, hn::LoadU(d, parts + member * size + i));
    hn::StoreU(sum, d, out + i);
  });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(WriteMemberMatrix);
HWY_EXPORT(SplitMemberGradient);
HWY_EXPORT(SumMembers);

void write_member_matrix(const MemberMatrix& matrix, float* out) {
  HWY_DYNAMIC_DISPATCH(WriteMemberMatrix)(matrix, out);
}

void split_member_gradient(const MemberMatrix& matrix, const MatrixNorm* norm, float* gradient,
                           const MemberGradients& out) {
  HWY_DYNAMIC_DISPATCH(SplitMemberGradient)(matrix, norm, gradient, out);
}

void sum_members(const float* parts, int64_t members, int64_t size, int64_t begin, int64_t end, float* out) {
  HWY_DYNAMIC_DISPATCH(SumMembers)(parts, members, size, begin, end, out);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
