// The passes of tabular networks against LibTorch, for every instruction set of this processor.
#include "kernels/tabular.h"

#include <array>

#include "kernels/member_weights.h"
#include "kernels/table_rows.h"
#include "targets.h"

using namespace reszoo::kernels;

namespace {

const float* read(const Tensor& tensor) { return tensor.const_data_ptr<float>(); }
float* data(const Tensor& tensor) { return tensor.mutable_data_ptr<float>(); }

}  // namespace

TEST(Tabular, ADropoutDropsTheSameWithEveryInstructionSet) {
  const DropoutMask mask(0.3, 5, 7, 1);
  Tensor first;
  for_each_target([&](const char* target) {
    const auto x = at::ones({40, 83}), zero = at::zeros({83}), out = at::empty_like(x);
    relu_dropout(read(x), read(zero), mask, data(out),
                 {.first = 3, .count = 40, .width = 83, .member = 1, .members = 2});
    if (!first.defined()) first = out;
    EXPECT_TRUE(at::equal(out, first)) << target;
    const auto sum = at::zeros({83}, at::kDouble), backward = at::empty_like(x), residual = at::empty_like(x);
    dropout_backward(read(x), mask, data(backward), sum.mutable_data_ptr<double>(),
                     {.first = 3, .count = 40, .width = 83, .member = 1, .members = 2});
    EXPECT_TRUE(at::equal(backward, first)) << target;
    EXPECT_LE(error_of(sum, first.sum(0)), 1e-5) << target;
    add_residual(read(x), read(zero), read(x), mask, data(residual), sum.mutable_data_ptr<double>(),
                 {.first = 3, .count = 40, .width = 83, .member = 1, .members = 2});
    EXPECT_TRUE(at::equal(residual, first + 1)) << target;
  });
  EXPECT_NEAR(first.gt(0).to(at::kDouble).mean().item<double>(), 0.7, 0.03);
}

TEST(Tabular, SelectedRowsAreAddedAsByAProduct) {
  constexpr int64_t kCount = 50, kNumbers = 2, kCategories = 1;
  const std::vector<int32_t> starts{0, 4, 9, 12};  // knots of two numbers, categories of a column
  at::manual_seed(2);
  for (const int64_t width : {1, 23, 96}) {
    const auto index =
        at::stack({at::randint(0, 3, {kCount}), at::randint(4, 8, {kCount}), at::randint(9, 12, {kCount})}, 1)
            .to(at::kInt)
            .contiguous();
    const auto fraction = at::rand({kCount, kNumbers}).mul(3).sub(1);
    const auto places = at::zeros({kCount, 12});
    std::vector<int32_t> order, begins;
    std::vector<float> ordered;
    for (int64_t column = 0; column < kNumbers + kCategories; ++column)
      for (auto row = starts[column]; row < starts[column + 1]; ++row) {
        begins.push_back(static_cast<int32_t>(order.size()));
        for (int64_t i = 0; i < kCount; ++i) {
          if (index[i][column].item<int>() != row) continue;
          order.push_back(static_cast<int32_t>(i));
          const auto upper = column < kNumbers ? fraction[i][column].item<float>() : 0;
          if (column < kNumbers) ordered.push_back(upper);
          places[i][row] += 1 - upper;
          if (column < kNumbers) places[i][row + 1] += upper;
        }
      }
    begins.push_back(static_cast<int32_t>(order.size()));
    const SelectedRows selected{.rows = kCount,
                                .numbers = kNumbers,
                                .columns = kNumbers + kCategories,
                                .index = index.const_data_ptr<int32_t>(),
                                .fraction = read(fraction),
                                .order = order.data(),
                                .ordered_fraction = ordered.data(),
                                .begins = begins.data(),
                                .starts = starts.data()};
    for_each_target([&](const char* target) {
      const auto matrix = at::randn({12, width}), start = at::randn({kCount, width}), out = start.clone();
      add_selected_rows(selected, read(matrix), data(out), width);
      EXPECT_LE(error_of(out, at::addmm(start, places, matrix)), 1e-5) << target << " " << width;
      const auto gradient = at::empty({12, width});
      selected_rows_backward(selected, read(start), data(gradient), width);
      EXPECT_LE(error_of(gradient, at::mm(places.t(), start)), 1e-5) << target << " " << width;
    });
  }
}

TEST(Tabular, TheGradientOfAMembersMatrixIsTakenApart) {
  constexpr int64_t kRows = 13, kColumns = 21;
  at::manual_seed(3);
  for_each_target([&](const char* target) {
    // y = (x * gain + shift) * r W^T * s, with the gradient g of y.
    const auto leaf = [](at::IntArrayRef sizes) { return at::randn(sizes).set_requires_grad(true); };
    const auto weight = leaf({kRows, kColumns}), s = leaf({kRows}), r = leaf({kColumns}), gain = leaf({kColumns}),
               shift = leaf({kColumns}), x = at::randn({40, kColumns}), g = at::randn({40, kRows});
    const auto y = at::mm((x * gain + shift) * r, weight.t()) * s;
    (y * g).sum().backward();

    const MemberMatrix matrix{read(weight), read(s), read(r), kRows, kColumns};
    const auto written = at::empty({kRows, kColumns});
    write_member_matrix(matrix, data(written));
    EXPECT_LE(error_of(written, weight.detach() * s.detach().unsqueeze(1) * r.detach()), 1e-6) << target;

    const auto of_bias = g.sum(0), gradient = at::mm(g.t(), x).contiguous();
    const MatrixNorm norm{read(gain), read(shift), read(of_bias)};
    const auto of_rows = at::empty({kRows});
    const std::array<Tensor, 3> of_columns{at::empty({kColumns}), at::empty({kColumns}), at::empty({kColumns})};
    split_member_gradient(matrix, &norm, data(gradient),
                          {data(of_rows), data(of_columns[0]), data(of_columns[1]), data(of_columns[2])});
    EXPECT_LE(error_of(gradient, weight.grad()), 1e-5) << target;
    EXPECT_LE(error_of(of_rows, s.grad()), 1e-5) << target;
    EXPECT_LE(error_of(of_columns[0], r.grad()), 1e-5) << target;
    EXPECT_LE(error_of(of_columns[1], gain.grad()), 1e-5) << target;
    EXPECT_LE(error_of(of_columns[2], shift.grad()), 1e-5) << target;
  });
}
