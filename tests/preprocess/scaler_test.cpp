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
