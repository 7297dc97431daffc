// Targets: which task a column is, and the way there and back.
#include "reszoo/preprocess/target.h"

#include <torch/types.h>

#include <cmath>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

using Words = std::vector<std::string>;

Column numbers(std::vector<double> values) {
  return Column::of_numbers("y", values);
}
Column words(Words values) {
  return Column::of_text("y", values);
}

}  // namespace

TEST(Target, TaskFollowsFromTheColumn) {
  EXPECT_EQ(Target::fit(words({"b", "a", "b"})).task(), Task::binary);
  EXPECT_EQ(Target::fit(words({"true", "false"})).task(), Task::binary);
  EXPECT_EQ(Target::fit(words({"b", "a", "c"})).task(), Task::multiclass);
  EXPECT_EQ(Target::fit(numbers({0.5, 1.5, 0.5})).task(), Task::binary);
  EXPECT_EQ(Target::fit(numbers({3, 1, 2})).task(), Task::multiclass);
  EXPECT_EQ(Target::fit(numbers({3, 1, 2.5})).task(), Task::regression);
  std::vector<double> many(21);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_EQ(Target::fit(numbers(many)).task(), Task::regression);
  many.back() = 0;
  EXPECT_EQ(Target::fit(numbers(many)).task(), Task::multiclass);
}

TEST(Target, GivenTaskDecides) {
  EXPECT_EQ(Target::fit(numbers({1, 2, 3}), Task::regression).outputs(), 1);
  EXPECT_EQ(Target::fit(numbers({0.5, 1, 3}), Task::multiclass).classes(), (Words{"0.5", "1", "3"}));
  EXPECT_EQ(Target::fit(words({"1", "2", "4"}), Task::regression).task(), Task::regression);
  expect_error_parts(ErrorKind::input, {"binary", "got 3", "a, b, c"}, [] {
    Target::fit(words({"a", "b", "c"}), Task::binary);
  });
  expect_error_parts(ErrorKind::input, {"\"y\"", "must hold numbers", "\"x\" in row 2"}, [] {
    Target::fit(words({"1", "x"}), Task::regression);
  });
}

TEST(Target, ClassesAreSortedByNameAndNumbersByValue) {
  const auto text = Target::fit(words({"pear", "apple", "fig"}));
  EXPECT_EQ(text.classes(), (Words{"apple", "fig", "pear"}));
  EXPECT_TRUE(torch::equal(text.encode(words({"fig", "pear"})), torch::tensor({1, 2}, torch::kInt64)));
  const auto number = Target::fit(numbers({10, 9, -1}));
  EXPECT_EQ(number.classes(), (Words{"-1", "9", "10"}));
  EXPECT_TRUE(torch::equal(number.encode(numbers({10, -1})), torch::tensor({2, 0}, torch::kInt64)));
  EXPECT_EQ(number.outputs(), 3);
}

TEST(Target, RegressionGoesThereAndBack) {
  const auto target = Target::fit(numbers({1, 2, 3.5}));
  const auto encoded = target.encode(numbers({1, 2, 3.5}));
  EXPECT_EQ(encoded.scalar_type(), torch::kFloat32);
  EXPECT_EQ(encoded.sizes(), (std::vector<int64_t>{3, 1}));
  EXPECT_NEAR(encoded.mean().item<double>(), 0, 1e-6);
  EXPECT_NEAR(encoded.square().mean().item<double>(), 1, 1e-6);
  const auto back = target.decode(encoded);
  EXPECT_EQ(back.scalar_type(), torch::kFloat64);
  EXPECT_TRUE(torch::allclose(back, torch::tensor({1.0, 2.0, 3.5}, torch::kFloat64)));
}

TEST(Target, LogitsBecomeClassesAndProbabilities) {
  const auto target = Target::fit(words({"a", "b"}));
  const auto logits = torch::tensor({{0.0, 2.0}, {1.0, -1.0}});
  EXPECT_TRUE(torch::equal(target.decode(logits), torch::tensor({1, 0}, torch::kInt64)));
  EXPECT_TRUE(torch::allclose(target.probabilities(logits).sum(1), torch::ones(2)));
  expect_error_parts(ErrorKind::input, {"(N, 2)", "shape=2x3"}, [&] { target.decode(torch::zeros({2, 3})); });
  expect_error_parts(ErrorKind::usage, {"regression"}, [] {
    Target::fit(numbers({1, 2, 3.5})).probabilities(torch::zeros({2, 1}));
  });
}

TEST(Target, NamesTheRowThatIsWrong) {
  const auto missing = std::nan("");
  expect_error_parts(ErrorKind::input, {"\"y\"", "missing value in row 2"}, [&] {
    Target::fit(numbers({1, missing, 2}));
  });
  expect_error_parts(ErrorKind::input, {"infinite value in row 1"}, [&] { Target::fit(numbers({INFINITY, 1, 2})); });
  expect_error_parts(ErrorKind::input, {"different values"}, [] { Target::fit(numbers({4, 4})); });
  expect_error_parts(ErrorKind::input, {"different values"}, [] { Target::fit(words({"a", "a"})); });
  expect_error_parts(ErrorKind::input, {"must have rows"}, [] { Target::fit(numbers({})); });
  const auto target = Target::fit(words({"apple", "pear"}));
  expect_error_parts(ErrorKind::input, {"unknown class \"aple\" in row 2", "did you mean apple"}, [&] {
    target.encode(words({"pear", "aple"}));
  });
  expect_error_parts(ErrorKind::input, {"missing value in row 1"}, [&] { target.encode(words({"", "pear"})); });
}

TEST(Target, JsonGivesTheSameTarget) {
  for (const auto& column : {numbers({1, 2, 3.7}), numbers({1, 2, 3}), words({"a", "b"})}) {
    const auto target = Target::fit(column);
    const auto again = Target::from(nlohmann::json::parse(target.to_json().dump()));
    EXPECT_TRUE(torch::equal(again.encode(column), target.encode(column)));
    EXPECT_EQ(again.to_json(), target.to_json());
    EXPECT_EQ(again.scale(), target.scale());
  }
}

TEST(Target, DamagedJsonIsAnErrorOfTheFile) {
  const auto from = [](const char* text) { Target::from(nlohmann::json::parse(text)); };
  expect_error_parts(ErrorKind::file, {"name"}, [&] { from("[]"); });
  expect_error_parts(ErrorKind::file, {"guess"}, [&] { from(R"({"name": "y", "task": "guess"})"); });
  expect_error_parts(ErrorKind::file, {"scale"},
                     [&] { from(R"({"name": "y", "task": "regression", "mean": 1, "scale": 0})"); });
  expect_error_parts(ErrorKind::file, {"binary", "3"},
                     [&] { from(R"({"name": "y", "task": "binary", "classes": ["a", "b", "c"]})"); });
}
