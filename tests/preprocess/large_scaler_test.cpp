// Scaling of many rows: by columns, in blocks, with all bits of LibTorch's operators on whole matrices.
#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <cmath>

#include "reszoo/preprocess/scaler.h"
#include "support/support.h"

using namespace reszoo;

namespace {

constexpr int64_t kManyRows = 100'003;

/// Three columns of very different size, with missing values and ties.
Tensor many_values() {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(7);
  auto values = torch::randn({kManyRows, 3}, generator, torch::kFloat64);
  values.select(1, 1).mul_(1e4).round_();
  values.select(1, 2).mul_(1e-3).masked_fill_(values.select(1, 0) > 1.5, NAN);
  return values;
}

const std::vector<std::string> kThreeNames{"a", "b", "c"};

/// numpy's interp, with one row of points per column: x (F, N) and xp (F, Q) ascending, fp (Q).
Tensor interp(const Tensor& x, const Tensor& xp, const Tensor& fp) {
  const auto last = xp.size(1) - 1;
  const auto left = (torch::searchsorted(xp, x, false, true) - 1).clamp(0, last);
  const auto right = (left + 1).clamp_max(last);
  const auto x0 = xp.gather(1, left), y0 = fp.index({left});
  const auto slope = (fp.index({right}) - y0) / (xp.gather(1, right) - x0);
  return torch::where((x <= x0).logical_or(left == last), y0, slope * (x - x0) + y0);
}

}  // namespace

TEST(LargeScaler, NoiseIsThatOfOneMatrix) {
  const auto values = many_values();
  ScalerOptions options{.noise = 1e-3, .seed = 5};
  const auto drawn = Scaler::fit(values, kThreeNames, options);
  options.normals = torch::randn(values.sizes(), at::make_generator<at::CPUGeneratorImpl>(5), torch::kFloat64);
  EXPECT_TRUE(
      drawn.tensors().at("quantiles").equal(Scaler::fit(values, kThreeNames, options).tensors().at("quantiles")));
}

TEST(LargeScaler, MeansHaveTheOrderOfMatrices) {
  const auto values = many_values();
  const auto threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto mean = values.nanmean(0);
  const auto deviation = (values - mean).square().nanmean(0).sqrt();
  at::set_num_threads(threads);
  EXPECT_TRUE(Scaler::fit(values, kThreeNames, {.scaling = Scaling::none}).tensors().at("mean").equal(mean));
  EXPECT_TRUE(Scaler::fit(values, kThreeNames, {.scaling = Scaling::standard}).tensors().at("scale").equal(deviation));
}

TEST(LargeScaler, QuantilesAreThoseOfSortedColumns) {
  const auto values = many_values();
  const auto quantiles = Scaler::fit(values, kThreeNames, {.quantiles = 11}).tensors().at("quantiles");
  for (int64_t column = 0; column < 3; ++column) {
    const auto all = values.select(1, column);
    const auto sorted = std::get<0>(all.masked_select(~all.isnan()).sort());
    for (int64_t level = 0; level < 11; ++level) {
      const double place = static_cast<double>(level) / 10 * static_cast<double>(sorted.size(0) - 1);
      const auto lower = static_cast<int64_t>(place);
      EXPECT_GE(quantiles[level][column].item<double>(), sorted[lower].item<double>());
      EXPECT_LE(quantiles[level][column].item<double>(),
                sorted[std::min(lower + 1, sorted.size(0) - 1)].item<double>());
    }
  }
}

TEST(LargeScaler, LevelsAreThoseOfOperatorsOnMatrices) {
  auto values = many_values();
  const auto scaler = Scaler::fit(values, kThreeNames, {.quantiles = 1000});
  values[0].fill_(1e9), values[1].fill_(-1e9);
  for (int64_t i = 0; i < 1000; ++i) values[10 + i].copy_(scaler.tensors().at("quantiles")[i]);
  const auto x = values.t().contiguous(), points = scaler.tensors().at("quantiles").t().contiguous();
  const auto levels = torch::arange(1000, torch::kFloat64) * (1.0 / 999);
  levels[999] = 1.0;
  auto level = 0.5 * (interp(x, points, levels) - interp(-x, -points.flip(1), -levels.flip(0)));
  const auto found = scaler.tensors().find("thresholds");
  const auto near =
      found == scaler.tensors().end() ? torch::full({3, 1}, 1e-7, torch::kFloat64) : found->second.unsqueeze(1);
  level.masked_fill_(x + near > points.slice(1, -1), 1);
  level.masked_fill_(x - near < points.slice(1, 0, 1), 0);
  const auto ndtri = [](double at) { return at::special_ndtri(torch::tensor(at, torch::kFloat64)).item<double>(); };
  const double least = 1e-7 - std::numeric_limits<double>::epsilon();
  const auto wanted = at::special_ndtri(level).clamp(ndtri(least), ndtri(1 - least)).t().masked_fill(values.isnan(), 0);
  EXPECT_TRUE(scaler.transform(values).allclose(wanted, 1e-14, 1e-14));
}
