// Weights of an ensemble: greedy selection, compared with NumPy.
#include "reszoo/recipes/ensemble_selection.h"

#include <numeric>

#include "reszoo/infer/average_outputs.h"
#include "reszoo/recipes/task_metrics.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const Monitor kSmaller{.name = "loss"};

/// Returns the metric of the ensemble that has each of the outputs so many times.
double value_of(const Target& target, const std::vector<Tensor>& outputs, const Tensor& targets,
                const std::vector<int64_t>& counts) {
  std::vector<Tensor> some;
  std::vector<double> weights;
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) {
      some.push_back(outputs[i]);
      weights.push_back(static_cast<double>(counts[i]));
    }
  const auto mixed = average_outputs(target, torch::stack(some, 1), torch::tensor(weights, torch::kDouble));
  return evaluation_of(target).monitored(mixed, targets);
}

void expect_as_numpy(const Target& target, const std::vector<Tensor>& outputs, const Tensor& targets,
                     const nlohmann::json& wanted, int64_t rounds) {
  const auto measure = [&](const auto& counts) { return value_of(target, outputs, targets, counts); };
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::vector<int64_t> alone(outputs.size());
    alone[i] = 1;
    EXPECT_NEAR(measure(alone), wanted.at("singles")[i].get<double>(), 1e-6);
  }
  const auto selected = select_ensemble(outputs.size(), measure, kSmaller, {.rounds = rounds});
  for (size_t i = 0; i < outputs.size(); ++i)
    EXPECT_NEAR(selected.weights[i], wanted.at("weights")[i].get<double>(), 1e-8) << i;
  EXPECT_NEAR(selected.value, wanted.at("value").get<double>(), 1e-6);
}

/// Values of models that add up: the ensemble's is the distance of the mean from 10.
double miss_of(const std::vector<double>& models, const std::vector<int64_t>& counts) {
  double sum = 0, all = 0;
  for (size_t i = 0; i < models.size(); ++i) {
    sum += models[i] * static_cast<double>(counts[i]);
    all += static_cast<double>(counts[i]);
  }
  return std::abs(sum / all - 10);
}

}  // namespace

TEST(EnsembleSelection, GivesTheWeightsOfNumpyForNumbers) {
  const auto fixture = read_fixture("ensemble_selection");
  const auto& numbers = fixture.at("numbers");
  const auto truth = numbers.at("truth").get<std::vector<double>>();
  const auto target = Target::fit(Column::of_numbers("y", truth));
  std::vector<Tensor> outputs;
  for (const auto& guess : numbers.at("outputs"))
    outputs.push_back(
        (torch::tensor(guess.get<std::vector<double>>(), torch::kDouble).unsqueeze(1) - target.mean().front()) /
        target.scale().front());
  expect_as_numpy(target, outputs, target.encode(Column::of_numbers("y", truth)), numbers, fixture.at("rounds"));
}

TEST(EnsembleSelection, GivesTheWeightsOfNumpyForClasses) {
  const auto fixture = read_fixture("ensemble_selection");
  const auto& classes = fixture.at("classes");
  std::vector<std::string> words;
  for (const double number : classes.at("truth")) words.push_back(number == 0 ? "a" : number == 1 ? "b" : "c");
  const auto target = Target::fit(Column::of_text("class", words));
  std::vector<Tensor> outputs;
  for (const auto& rows : classes.at("outputs")) {
    std::vector<double> flat;
    for (const auto& row : rows)
      for (const double logit : row) flat.push_back(logit);
    outputs.push_back(torch::tensor(flat, torch::kDouble).view({-1, 3}));
  }
  expect_as_numpy(target, outputs, target.encode(Column::of_text("class", words)), classes, fixture.at("rounds"));
}

TEST(EnsembleSelection, IsNeverWorseThanTheBestModelAndItsWeightsSumToOne) {
  for (const auto& models :
       std::vector<std::vector<double>>{{4, 9, 30}, {10, 3, 2}, {1, 25, 8, 14}, {7}, {30, 40, 50}}) {
    const auto measure = [&](const auto& counts) { return miss_of(models, counts); };
    const auto selected = select_ensemble(models.size(), measure, kSmaller);
    EXPECT_NEAR(std::accumulate(selected.weights.begin(), selected.weights.end(), 0.0), 1, 1e-12);
    for (const double model : models) EXPECT_LE(selected.value, std::abs(model - 10));
  }
}

TEST(EnsembleSelection, HasNoMoreDifferentModelsThanAsked) {
  const std::vector<double> models{1, 25, 8, 14, 11};
  const auto measure = [&](const auto& counts) { return miss_of(models, counts); };
  const auto selected = select_ensemble(models.size(), measure, kSmaller, {.different = 2});
  EXPECT_EQ(std::count_if(selected.weights.begin(), selected.weights.end(), [](double w) { return w > 0; }), 2);
  EXPECT_EQ(select_ensemble(models.size(), measure, kSmaller, {.different = 1}).weights[4], 1);
}

TEST(EnsembleSelection, NeedsAModel) {
  expect_error(ErrorKind::usage, "0 models", [] {
    select_ensemble(
        0, [](const auto&) { return 0.0; }, kSmaller);
  });
}
