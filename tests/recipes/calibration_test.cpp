// Temperatures are fitted on the validation rows and kept with the model.
#include "reszoo/recipes/calibration.h"

#include <nlohmann/json.hpp>

#include "reszoo/metrics/temperature.h"
#include "reszoo/recipes/cross_validation.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/thresholds.h"
#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// 600 rows with 4 noisy classes: `mark` is a's quarter in two of three rows.
Frame noisy_rows() {
  std::vector<double> a, b;
  std::vector<std::string> mark;
  for (int i = 0; i < 600; ++i) {
    a.push_back(std::fmod(i * 0.618034, 1.0));
    b.push_back(std::fmod(i * 0.414214, 1.0));
    const int right = static_cast<int>(a.back() * 4), other = i * 7 % 4;
    mark.push_back(fmt::format("q{}", i % 3 == 0 ? other : right));
  }
  return {{Column::of_numbers("a", a), Column::of_numbers("b", b), Column::of_text("mark", mark)}};
}

TrainingData noisy_data() {
  return make_table_data(noisy_rows(), {.target = {"mark"}, .split = {.validation = 0.3, .test = 0.2}});
}

/// Training with a loss of smaller logits makes a network that is too sure of itself.
FitOptions too_sure_of_itself() {
  return {.loss = [](const Tensor& outputs, const Tensor& targets) {
    return -(outputs * 0.15).log_softmax(1).gather(1, targets.unsqueeze(1)).squeeze(1);
  }};
}

/// Outputs of two logits whose log-odds are twice too large.
Predictions too_sure(int64_t rows) {
  const auto odds = torch::linspace(-3, 3, rows, torch::kDouble);
  const auto draws = torch::arange(rows, torch::kDouble).mul(0.618034).frac();
  return {torch::stack({torch::zeros_like(odds), 2 * odds}, 1), (odds.sigmoid() > draws).to(torch::kLong),
          torch::arange(rows)};
}

Model of_two_classes() {
  Model model;
  model.target = Target::fit(Column::of_text("y", {"no", "yes"}));
  return model;
}

double metric(const Metrics& metrics, const std::string& name) { return Monitor{.name = name}.value_of(metrics); }

}  // namespace

TEST(Calibration, OfFitIsTheLeastLogLossOfTheValidationRowsAndIsKept) {
  const TempDir folder;
  const auto data = noisy_data();
  auto recipe = small_recipe(6);
  recipe.trainer.out = folder / "run";
  std::filesystem::create_directories(recipe.trainer.out);
  auto options = too_sure_of_itself();
  std::string said;
  options.on_note = [&](const std::string& line) { said = line; };
  auto fitted = fit(data, recipe, options);
  ASSERT_TRUE(fitted.calibration);
  const auto& target = *fitted.model.target;
  const auto predictions = predict_rows(fitted.model, *data.validation);
  const auto best = fit_temperature(target.logits(predictions.outputs), target.truth(predictions.targets));
  EXPECT_EQ(target.temperatures(), std::vector{best.temperature});
  EXPECT_GT(best.temperature, 1.5);
  EXPECT_EQ(fitted.calibration->rows, 180);
  EXPECT_NEAR(fitted.calibration->after.log_loss, best.after, 1e-9);
  EXPECT_NEAR(fitted.calibration->before.log_loss, best.before, 1e-9);
  EXPECT_LT(fitted.calibration->after.log_loss, fitted.calibration->before.log_loss);
  EXPECT_TRUE(said.starts_with("calibration: temperature ")) << said;
  EXPECT_EQ(metric(evaluate_parts(fitted, data)[0].second, "log_loss"), fitted.calibration->after.log_loss);

  auto kept = Model::load(folder / "run/model.safetensors");
  EXPECT_EQ(kept.target->temperatures(), target.temperatures());
  EXPECT_EQ(evaluate(kept, *data.test), evaluate_parts(fitted, data)[1].second);
}

TEST(Calibration, ChangesNoClassAndMayBeLeftOut) {
  const auto data = noisy_data();
  auto options = too_sure_of_itself();
  auto with = fit(data, small_recipe(6), options);
  options.calibrate = false;
  auto without = fit(data, small_recipe(6), options);
  EXPECT_FALSE(without.calibration);
  EXPECT_EQ(without.model.target->temperatures(), std::vector{1.0});
  const auto rows = predict_rows(with.model, *data.test), plain = predict_rows(without.model, *data.test);
  EXPECT_TRUE(torch::equal(rows.outputs, plain.outputs));  // the network is the same
  EXPECT_TRUE(torch::equal(with.model.target->decode(rows.outputs), without.model.target->decode(plain.outputs)));
  const auto known = calibration_of(*with.model.target, rows);
  EXPECT_EQ(known.before.log_loss, metric(evaluate(without.model, *data.test), "log_loss"));
}

TEST(Calibration, IsInReportsAndMetrics) {
  const auto data = noisy_data();
  auto fitted = fit(data, small_recipe(6), too_sure_of_itself());
  const auto report = make_report(fitted, data);
  ASSERT_EQ(report.tables.size(), 1u);
  EXPECT_EQ(report.tables[0].title, "Calibration");
  ASSERT_EQ(report.tables[0].rows.size(), 2u);
  EXPECT_EQ(report.tables[0].rows[1][0], "test");
  nlohmann::ordered_json metrics;
  const auto test = predict_rows(fitted.model, *data.test);
  add_calibration(metrics, *fitted.model.target, test);
  EXPECT_EQ(metrics["calibration"]["temperature"], fitted.model.target->temperatures()[0]);
  EXPECT_EQ(metrics["calibration"]["log_loss"]["after"], metric(evaluate(fitted.model, *data.test), "log_loss"));
  EXPECT_NE(metrics["calibration"]["log_loss"]["before"], metrics["calibration"]["log_loss"]["after"]);
  EXPECT_EQ(make_report(fitted.model, test).tables.at(0).title, "Calibration");
}

TEST(Calibration, NumbersHaveNone) {
  const auto rows = training_rows();
  auto model = Model{};
  model.target = Target::fit(rows.at("y"));
  expect_error(ErrorKind::usage, "calibration: needs classes, y is of task=regression",
               [&] { calibrate(model, Predictions{}); });
}

TEST(Calibration, AFewRowsLeaveTheProbabilitiesAsTheyAre) {
  auto model = of_two_classes();
  auto rows = too_sure(12);
  rows.outputs = rows.outputs / 2;
  EXPECT_GT(fit_temperature(rows.outputs, rows.targets).temperature, 1.5);
  const auto few = calibrate(model, rows);
  EXPECT_FALSE(few.is_changed());
  EXPECT_EQ(few.line(), "temperature 1: 12 rows do not speak against the probabilities as they are");
  EXPECT_TRUE(calibrate(model, too_sure(2000)).is_changed());
  EXPECT_NEAR(model.target->temperatures()[0], 2, 0.3);
}

TEST(Calibration, RowsWithoutAnAnswerAreLeftOut) {
  auto model = of_two_classes(), other = of_two_classes();
  const auto all = too_sure(2000);
  auto broken = all;
  broken.outputs = torch::cat({all.outputs, torch::full({3, 2}, std::nan(""), torch::kDouble)});
  broken.targets = torch::cat({all.targets, torch::ones({3}, torch::kLong)});
  broken.rows = torch::arange(2003);
  EXPECT_EQ(calibrate(model, broken).rows, 2000);
  calibrate(other, all);
  EXPECT_EQ(model.target->temperatures(), other.target->temperatures());
}

TEST(Calibration, LabelsHaveATemperatureEach) {
  Model model;
  const Frame table{{Column::of_numbers("z", {0, 1, 0}), Column::of_numbers("w", {1, 0, 0})}};
  model.target = Target::fit(table, {"z", "w"});
  const auto one = too_sure(1000);
  const auto odds = one.outputs.select(1, 1), truth = one.targets.to(torch::kFloat32);
  const auto found = calibrate(model, {torch::stack({odds, odds / 2}, 1), torch::stack({truth, truth}, 1), one.rows});
  ASSERT_EQ(found.temperatures.size(), 2u);
  EXPECT_NEAR(found.temperatures[0], 2, 0.3);
  EXPECT_EQ(found.temperatures[1], 1);
  EXPECT_LT(found.after.log_loss, found.before.log_loss);
}
