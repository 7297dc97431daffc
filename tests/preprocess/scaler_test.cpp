// Scaling against scikit-learn.
#include "reszoo/preprocess/scaler.h"

#include <torch/types.h>

#include <cmath>
#include <fstream>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

const double nan_value = std::nan("");
const auto kScalings = {Scaling::quantile, Scaling::standard, Scaling::robust, Scaling::smooth, Scaling::none};

nlohmann::json fixture() {
  std::ifstream file(std::string(RESZOO_FIXTURES) + "/sklearn_preprocess.json");
  return nlohmann::json::parse(file);
}

Tensor matrix(const nlohmann::json& rows) {
  std::vector<double> flat;
  for (const auto& row : rows)
    for (const double value : row) flat.push_back(value);
  const auto count = static_cast<int64_t>(rows.size());
  return torch::tensor(flat, torch::kFloat64).view({count, static_cast<int64_t>(flat.size()) / count});
}

std::vector<std::string> names(int64_t count) { return std::vector<std::string>(count, "x"); }

void expect_near(const Tensor& got, const Tensor& wanted, double tolerance) {
  EXPECT_LE((got - wanted).abs().max().item<double>(), tolerance);
}

}  // namespace

TEST(Scaler, QuantilesEqualScikitLearn) {
  const auto json = fixture();
  const auto rows = matrix(json["rows"]), fresh = matrix(json["new_rows"]);
  ASSERT_EQ(json["quantile_normal"].size(), 2);
  for (const auto& wanted : json["quantile_normal"]) {
    const auto count = static_cast<int64_t>(wanted["quantiles"].size());
    const auto scaler = Scaler::fit(rows, names(rows.size(1)), {.quantiles = count});
    expect_near(scaler.tensors().at("quantiles"), matrix(wanted["quantiles"]), 1e-12);
    expect_near(scaler.transform(rows), matrix(wanted["fitted"]), 1e-6);
    expect_near(scaler.transform(fresh), matrix(wanted["new"]), 1e-6);
  }
}

TEST(Scaler, StandardEqualsScikitLearn) {
  const auto json = fixture();
  const auto rows = matrix(json["rows"]);
  const auto scaler = Scaler::fit(rows, names(rows.size(1)), {.scaling = Scaling::standard});
  const auto& wanted = json["standard"];
  expect_near(scaler.transform(rows), matrix(wanted["fitted"]), 1e-9);
  expect_near(scaler.transform(matrix(json["new_rows"])), matrix(wanted["new"]), 1e-9);
}

TEST(Scaler, RobustEqualsScikitLearn) {
  const auto json = fixture();
  const auto rows = matrix(json["rows"]);
  const auto scaler = Scaler::fit(rows, names(rows.size(1)), {.scaling = Scaling::robust});
  const auto& wanted = json["robust"];
  expect_near(scaler.tensors().at("scale"), matrix(nlohmann::json::array({wanted["scale"]}))[0], 1e-12);
  expect_near(scaler.transform(rows), matrix(wanted["fitted"]), 1e-9);
  expect_near(scaler.transform(matrix(json["new_rows"])), matrix(wanted["new"]), 1e-9);
}

TEST(Scaler, SmoothEqualsThePapersFormulas) {
  const auto json = fixture();
  const auto rows = matrix(json["rows"]);
  const auto scaler = Scaler::fit(rows, names(rows.size(1)), {.scaling = Scaling::smooth});
  expect_near(scaler.transform(rows), matrix(json["smooth"]["fitted"]), 1e-9);
  expect_near(scaler.transform(matrix(json["new_rows"])), matrix(json["smooth"]["new"]), 1e-9);
  EXPECT_LT(scaler.transform(torch::full({1, 5}, 1e12, torch::kFloat64)).max().item<double>(), 3.0 + 1e-9);
}

TEST(Scaler, NoiseFollowsEitherRule) {
  const auto json = fixture();
  const auto rows = matrix(json["rows"]);
  ASSERT_EQ(json["noise"].size(), 2);
  for (const auto& wanted : json["noise"]) {
    const auto rule = wanted["rule"] == "published" ? NoiseRule::published : NoiseRule::relative;
    const auto scaler =
        Scaler::fit(rows, names(rows.size(1)),
                    {.quantiles = 50, .noise = wanted["noise"], .rule = rule, .normals = matrix(wanted["normals"])});
    expect_near(scaler.tensors().at("quantiles"), matrix(wanted["quantiles"]), 1e-12);
    expect_near(scaler.transform(matrix(json["new_rows"])), matrix(wanted["new"]), 1e-6);
  }
}

TEST(Scaler, QuantilesAreNeverMoreThanRows) {
  const auto scaler = Scaler::fit(torch::rand({7, 2}, torch::kFloat64), {"a", "b"});
  EXPECT_EQ(scaler.tensors().at("quantiles").size(0), 7);
}

TEST(Scaler, MissingValuesTakeNoPartAndComeOutAsTheMiddle) {
  const auto with = torch::tensor({{1.0}, {nan_value}, {2.0}, {3.0}}, torch::kFloat64);
  const auto without = torch::tensor({{1.0}, {2.0}, {3.0}}, torch::kFloat64);
  for (const auto scaling : kScalings) {
    const auto a = Scaler::fit(with, {"x"}, {.scaling = scaling, .quantiles = 3});
    const auto b = Scaler::fit(without, {"x"}, {.scaling = scaling, .quantiles = 3});
    EXPECT_TRUE(torch::equal(a.transform(without), b.transform(without))) << text_of(scaling);
    EXPECT_EQ(a.transform(with)[1].item<double>(), scaling == Scaling::none ? 2.0 : 0.0) << text_of(scaling);
  }
}

TEST(Scaler, NoiseKeepsAValueOfManyRowsFromTheEnd) {
  auto values = torch::rand({1000, 1}, torch::kFloat64);
  values.slice(0, 0, 600).zero_();
  const auto zero = torch::zeros({1, 1}, torch::kFloat64);
  EXPECT_LT(Scaler::fit(values, {"x"}).transform(zero).item<double>(), -5);
  const auto noisy = Scaler::fit(values, {"x"}, {.noise = 1e-3}).transform(zero).item<double>();
  EXPECT_NEAR(noisy, -0.52, 0.2);  // the normal quantile of 0.3
}

TEST(Scaler, SameSeedSameNoise) {
  const auto values = torch::rand({50, 2}, torch::kFloat64);
  const auto fit = [&](uint64_t seed) {
    return Scaler::fit(values, {"a", "b"}, {.noise = 1e-3, .seed = seed}).tensors().at("quantiles");
  };
  EXPECT_TRUE(torch::equal(fit(1), fit(1)));
  EXPECT_FALSE(torch::equal(fit(1), fit(2)));
}

TEST(Scaler, AColumnOfAnySizeScalesLikeTheSameColumnOfOrdinarySize) {
  // No number is so near to the ends that scikit-learn's threshold of 1e-7 takes it for one.
  auto column = (0.1 + 0.9 * torch::rand({400, 1}, torch::kFloat64)).square() + 0.5;
  column.slice(0, 0, 50).fill_(0.5);  // ties at the end
  for (const auto scaling : kScalings) {
    if (scaling == Scaling::none) continue;
    const auto wanted = Scaler::fit(column, {"x"}, {.scaling = scaling, .quantiles = 30}).transform(column);
    for (const double size : {0x1p-30, 0x1p-60, 0x1p-400, 0x1p-1000, 0x1p30, 0x1p600, 0x1p1020}) {
      const auto scaler = Scaler::fit(column * size, {"x"}, {.scaling = scaling, .quantiles = 30});
      expect_near(scaler.transform(column * size), wanted, 1e-9);
      const auto read = Scaler::from(scaling, 1, scaler.tensors());
      EXPECT_TRUE(torch::equal(read.transform(column * size), scaler.transform(column * size))) << size;
    }
  }
}

TEST(Scaler, NoiseSpreadsTheTiesOfColumnsOfAnySize) {
  auto column = torch::rand({1000, 1}, torch::kFloat64);
  column.slice(0, 0, 600).zero_();
  for (const double size : {0x1p-400, 0x1p-30, 1.0, 0x1p60, 0x1p1000}) {
    const auto scaler = Scaler::fit(column * size, {"x"}, {.noise = 1e-3});
    EXPECT_NEAR(scaler.transform(torch::zeros({1, 1}, torch::kFloat64)).item<double>(), -0.52, 0.2) << size;
  }
}

TEST(Scaler, SmallDifferencesOfLargeNumbersCount) {
  const auto part = torch::rand({400, 1}, torch::kFloat64);
  const auto wanted = Scaler::fit(part, {"x"}, {.quantiles = 30}).transform(part);
  const Tensor scaled = Scaler::fit(1e9 + part, {"x"}, {.quantiles = 30}).transform(1e9 + part);
  EXPECT_LT((scaled - wanted).abs().mean().item<double>(), 1e-4);
  const Tensor denormal = (part * 1000).round() * 5e-324;
  EXPECT_NEAR(Scaler::fit(denormal, {"x"}).transform(denormal).std().item<double>(), 1, 0.1);
}

TEST(Scaler, NumbersThatDifferByRoundingAreConstant) {
  const auto rows = torch::tensor({0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2}, torch::kFloat64).unsqueeze(1);
  const auto scaled = Scaler::fit(rows, {"x"}).transform(rows);
  EXPECT_TRUE((scaled == scaled[0]).all().item<bool>()) << scaled;
}

TEST(Scaler, ColumnsTooWideForAScalingAreNamed) {
  auto wide = torch::arange(24, torch::kFloat64).view({8, 3});
  wide.select(1, 0).copy_((torch::arange(8, torch::kFloat64).remainder(2) - 0.5) * 1.7e308 * 2);
  wide[0][2] = 1e300;
  for (const auto scaling : {Scaling::quantile, Scaling::standard}) {
    const auto scaled = Scaler::fit(wide, {"a", "b", "c"}, {.scaling = scaling}).transform(wide);
    EXPECT_TRUE(scaled.isfinite().all().item<bool>()) << text_of(scaling);
  }
  expect_error_parts(ErrorKind::input, {"columns \"a\" (-1.7e+308 to 1.7e+308), \"c\" (5 to 1e+300)", "scaling=robust"},
                     [&] {
                       Scaler::fit(wide, {"a", "b", "c"}, {.scaling = Scaling::robust});
                     });
  expect_error_parts(ErrorKind::input, {"column \"a\"", "scaling=smooth"}, [&] {
    Scaler::fit(wide, {"a", "b", "c"}, {.scaling = Scaling::smooth});
  });
  expect_error_parts(ErrorKind::input, {"columns \"a\"", "\"c\"", "scaling=none"}, [&] {
    Scaler::fit(wide, {"a", "b", "c"}, {.scaling = Scaling::none});
  });
}

TEST(Scaler, RowsFarBeyondTheTrainingRowsAreCutOff) {
  const auto far = torch::tensor({1e308, -1e308}, torch::kFloat64).unsqueeze(1);
  for (const auto scaling : kScalings) {
    const auto scaled = Scaler::fit(torch::rand({50, 1}, torch::kFloat64), {"x"}, {.scaling = scaling}).transform(far);
    EXPECT_TRUE(scaled.to(torch::kFloat32).isfinite().all().item<bool>()) << text_of(scaling);
    EXPECT_GT(scaled[0].item<double>(), scaled[1].item<double>());
  }
}

TEST(Scaler, AFileWithoutThresholdsHasThoseOfScikitLearn) {
  const auto values = torch::rand({100, 1}, torch::kFloat64) * 1e-9;
  auto tensors = Scaler::fit(values, {"x"}).tensors();
  ASSERT_TRUE(tensors.contains("thresholds"));
  tensors.erase("thresholds");
  EXPECT_LT(Scaler::from(Scaling::quantile, 1, tensors).transform(values).max().item<double>(), -5);
  EXPECT_FALSE(Scaler::fit(values * 1e9, {"x"}).tensors().contains("thresholds"));
}

TEST(Scaler, RefusesAColumnWithoutFiniteValues) {
  const auto column = [](double value) { return torch::tensor({{1.0, 1.0}, {2.0, value}}, torch::kFloat64); };
  auto empty = column(nan_value);
  empty[0][1] = nan_value;
  expect_error_parts(ErrorKind::input, {"column \"b\"", "no value"}, [&] { Scaler::fit(empty, {"a", "b"}); });
  expect_error_parts(ErrorKind::input, {"column \"b\"", "finite", "row 2"}, [&] {
    Scaler::fit(column(INFINITY), {"a", "b"});
  });
}

TEST(Scaler, FromTensorsIsTheSameScaler) {
  const auto values = torch::rand({30, 3}, torch::kFloat64);
  for (const auto scaling : kScalings) {
    const auto fitted = Scaler::fit(values, names(3), {.scaling = scaling});
    EXPECT_TRUE(torch::equal(Scaler::from(scaling, 3, fitted.tensors()).transform(values), fitted.transform(values)));
    expect_error_parts(ErrorKind::file, {"tensor", "4 columns"}, [&] { Scaler::from(scaling, 4, fitted.tensors()); });
    expect_error_parts(ErrorKind::file, {"tensor", "missing"}, [&] { Scaler::from(scaling, 3, {}); });
  }
}

TEST(Scaling, TextRoundTripsAndRefusesOthers) {
  for (const auto* word : {"quantile", "standard", "robust", "smooth", "none"})
    EXPECT_EQ(text_of(parse_scaling(word)), word);
  expect_error_parts(ErrorKind::usage, {"quantil", "did you mean quantile"}, [] { parse_scaling("quantil"); });
}
