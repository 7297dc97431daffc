// Targets: the task inferred from a column, encoding and decoding.
#include "reszoo/preprocess/target.h"

#include <torch/types.h>

#include <cmath>

#include "reszoo/preprocess/dates.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

using Words = std::vector<std::string>;

Column number_column(std::vector<double> values) { return Column::of_numbers("y", values); }
Column words(Words values) { return Column::of_text("y", values); }

}  // namespace

TEST(Target, TaskFollowsFromTheColumn) {
  EXPECT_EQ(Target::fit(words({"b", "a", "b"})).task(), Task::binary);
  EXPECT_EQ(Target::fit(words({"true", "false"})).task(), Task::binary);
  EXPECT_EQ(Target::fit(words({"b", "a", "c"})).task(), Task::multiclass);
  EXPECT_EQ(Target::fit(number_column({0.5, 1.5, 0.5})).task(), Task::binary);
  EXPECT_EQ(Target::fit(number_column({3, 1, 2})).task(), Task::multiclass);
  EXPECT_EQ(Target::fit(number_column({3, 1, 2.5})).task(), Task::regression);
  std::vector<double> many(21);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_EQ(Target::fit(number_column(many)).task(), Task::regression);
  many.back() = 0;
  EXPECT_EQ(Target::fit(number_column(many)).task(), Task::regression);  // nearly as many values as rows
  auto twice = many;
  twice.insert(twice.end(), many.begin(), many.end());
  const auto classes = Target::fit(number_column(twice));
  EXPECT_EQ(classes.task(), Task::multiclass);
  EXPECT_EQ(classes.notes(),
            Words{"target \"y\": its 20 different whole numbers are classes; --task regression predicts "
                  "a number"});
}

// The network's output is the logarithm of the expected count.
TEST(Target, OfCountsIsEncodedAsItIsAndPredictedByTheExponential) {
  const auto target = Target::fit(Frame{{number_column({0, 2, 7})}}, {"y"}, {.task = Task::count});
  EXPECT_EQ(target.outputs(), 1);
  EXPECT_TRUE(torch::equal(target.encode(number_column({0, 2, 30})), torch::tensor({{0.F}, {2.F}, {30.F}})));
  EXPECT_TRUE(torch::equal(target.truth(torch::tensor({{2.F}})), torch::tensor({2.0}, torch::kFloat64)));
  const auto outputs = torch::tensor({{0.0}, {1.5}}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(target.decode(outputs), outputs.squeeze(1).exp()));
  // For several ensemble members, the result is the mean of their counts.
  EXPECT_TRUE(torch::allclose(target.decode(torch::stack({outputs, -outputs}, 1)), outputs.squeeze(1).cosh()));
  EXPECT_TRUE(torch::equal(Target::from(target.to_json()).decode(outputs), target.decode(outputs)));
  for (const double wrong : {-1.0, -0.5})
    expect_error_parts(ErrorKind::input, {"negative count in row 2"}, [&] {
      Target::fit(Frame{{number_column({0, wrong, 7})}}, {"y"}, {.task = Task::count});
    });
  expect_error_parts(ErrorKind::input, {"negative count in row 1"}, [&] { target.encode(number_column({-1})); });
}

TEST(Target, GivenTaskDecides) {
  EXPECT_EQ(Target::fit(number_column({1, 2, 3}), Task::regression).outputs(), 1);
  EXPECT_EQ(Target::fit(number_column({0.5, 1, 3}), Task::multiclass).classes(), (Words{"0.5", "1", "3"}));
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
  const auto number = Target::fit(number_column({10, 9, -1}));
  EXPECT_EQ(number.classes(), (Words{"-1", "9", "10"}));
  EXPECT_TRUE(torch::equal(number.encode(number_column({10, -1})), torch::tensor({2, 0}, torch::kInt64)));
  EXPECT_EQ(number.outputs(), 3);
}

TEST(Target, RegressionGoesThereAndBack) {
  const auto target = Target::fit(number_column({1, 2, 3.5}));
  const auto encoded = target.encode(number_column({1, 2, 3.5}));
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
    Target::fit(number_column({1, 2, 3.5})).probabilities(torch::zeros({2, 1}));
  });
}

TEST(Target, NamesTheRowThatIsWrong) {
  const auto missing = std::nan("");
  expect_error_parts(ErrorKind::input, {"\"y\"", "missing value in row 2"}, [&] {
    Target::fit(number_column({1, missing, 2}));
  });
  expect_error_parts(ErrorKind::input, {"infinite value in row 1"}, [&] {
    Target::fit(number_column({INFINITY, 1, 2}));
  });
  expect_error_parts(ErrorKind::input, {"different values"}, [] { Target::fit(number_column({4, 4})); });
  expect_error_parts(ErrorKind::input, {"different values"}, [] { Target::fit(words({"a", "a"})); });
  expect_error_parts(ErrorKind::input, {"must have rows"}, [] { Target::fit(number_column({})); });
  const auto target = Target::fit(words({"apple", "pear"}));
  expect_error_parts(ErrorKind::input, {"unknown class \"aple\" in row 2", "did you mean apple"}, [&] {
    target.encode(words({"pear", "aple"}));
  });
  expect_error_parts(ErrorKind::input, {"missing value in row 1"}, [&] { target.encode(words({"", "pear"})); });
}

TEST(Target, JsonGivesTheSameTarget) {
  for (const auto& column : {number_column({1, 2, 3.7}), number_column({1, 2, 3}), words({"a", "b"})}) {
    const auto target = Target::fit(column);
    const auto again = Target::from(nlohmann::json::parse(target.to_json().dump()));
    EXPECT_TRUE(torch::equal(again.encode(column), target.encode(column)));
    EXPECT_EQ(again.to_json(), target.to_json());
    EXPECT_EQ(again.scale(), target.scale());
  }
}

TEST(Target, SeveralColumnsAreLabelsOrNumbers) {
  const Frame table{{number_column({1, 2, 3.5}), Column::of_numbers("z", {10, 20, 60})}};
  const auto two = Target::fit(table, {"y", "z"});
  EXPECT_EQ(two.task(), Task::regression);
  EXPECT_EQ(two.outputs(), 2);
  EXPECT_TRUE(torch::allclose(two.decode(two.encode(table)),
                              torch::tensor({{1.0, 10.0}, {2.0, 20.0}, {3.5, 60.0}}, torch::kFloat64)));
  EXPECT_EQ(two.table(two.encode(table)).names(), (Words{"prediction_y", "prediction_z"}));

  const Frame flags{{Column::of_text("red", {"no", "yes", "no"}), Column::of_numbers("big", {0, 0, 1})}};
  const auto labels = Target::fit(flags, {"red", "big"});
  EXPECT_EQ(labels.task(), Task::multilabel);
  EXPECT_TRUE(torch::equal(labels.encode(flags), torch::tensor({{0.0F, 0.0F}, {1.0F, 0.0F}, {0.0F, 1.0F}})));
  const auto said = labels.table(torch::tensor({{-3.0F, 3.0F}, {3.0F, -3.0F}}), /*with_probabilities=*/true);
  EXPECT_EQ(said.names(), (Words{"prediction_red", "prediction_big", "probability_red", "probability_big"}));
  EXPECT_EQ(said.columns[0].words[said.columns[0].codes[1].item<int64_t>()], "yes");
}

TEST(Target, OrdinalChancesFallAndSumToOne) {
  const auto target = Target::fit(Frame{{words({"low", "high", "mid", "low"})}}, {"y"},
                                  {.task = Task::ordinal, .classes = {"low", "mid", "high"}});
  EXPECT_EQ(target.outputs(), 2);
  EXPECT_TRUE(torch::equal(target.encode(words({"mid", "high", "low"})), torch::tensor({1, 2, 0}, torch::kInt64)));
  // The logits of the second row contradict each other: "above mid" is more likely than "above low".
  const auto logits = torch::tensor({{2.0, -2.0}, {-1.0, 1.0}, {3.0, 2.0}}, torch::kFloat64);
  const auto probabilities = target.probabilities(logits);
  EXPECT_TRUE(torch::allclose(probabilities.sum(1), torch::ones({3}, torch::kFloat64)));
  EXPECT_GE(probabilities.min().item<double>(), 0);
  EXPECT_TRUE(torch::equal(target.decode(logits), torch::tensor({1, 0, 2}, torch::kInt64)));
}

TEST(Target, QuantilesRiseAndTheMiddleIsThePrediction) {
  const auto target = Target::fit(Frame{{number_column({0, 2, 4.5})}}, {"y"}, {.task = Task::quantile});
  EXPECT_EQ(target.outputs(), 3);
  const auto crossed = target.decode(torch::tensor({{1.0, 0.0, -1.0}}, torch::kFloat64));
  EXPECT_TRUE((crossed.diff(1, 1) > 0).all().item<bool>());
  EXPECT_EQ(target.table(torch::zeros({2, 3})).names(),
            (Words{"prediction", "quantile_0.1", "quantile_0.5", "quantile_0.9"}));
  expect_error_parts(ErrorKind::usage, {"rising", "0.9, 0.1"}, [] {
    Target::fit(Frame{{number_column({0, 2, 4.5})}}, {"y"}, {.task = Task::quantile, .quantiles = {0.9, 0.1}});
  });
}

TEST(Target, MembersAreAveragedAsProbabilities) {
  const auto target = Target::fit(words({"a", "b"}));
  const auto outputs = torch::tensor({{{0.0, 4.0}, {1.0, 0.0}, {1.0, 0.0}}}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(target.probabilities(outputs), outputs.softmax(2).mean(1)));
  const auto number = Target::fit(number_column({0, 1, 2.5}));
  const auto values = torch::randn({5, 4, 1}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(number.decode(values), number.decode(values.mean(1))));
}

TEST(Target, AThresholdDecidesAndIsStored) {
  auto target = Target::fit(words({"no", "yes"}));
  const auto logits = torch::tensor({{0.0, -1.0}}, torch::kFloat64);  // P(yes) = 0.27
  EXPECT_EQ(target.decode(logits).item<int64_t>(), 0);
  target.set_thresholds({0.25});
  EXPECT_EQ(target.decode(logits).item<int64_t>(), 1);
  EXPECT_EQ(Target::from(target.to_json()).thresholds(), target.thresholds());
  expect_error_parts(ErrorKind::usage, {"[0, 1]", "1.5"}, [&] { target.set_thresholds({1.5}); });
  auto number = Target::fit(number_column({1, 2, 3.5}));
  expect_error_parts(ErrorKind::usage, {"regression"}, [&] { number.set_thresholds({0.5}); });
}

TEST(Target, JsonGivesTheSameTargetOfEveryTask) {
  const Frame table{{number_column({1, 2, 3}), Column::of_numbers("z", {0, 1, 0}), Column::of_numbers("w", {1, 0, 0})}};
  for (const auto& [names, task] : std::vector<std::pair<Words, Task>>{{{"y"}, Task::quantile},
                                                                       {{"y"}, Task::ordinal},
                                                                       {{"y", "z"}, Task::regression},
                                                                       {{"z", "w"}, Task::multilabel}}) {
    const auto target = Target::fit(table, names, {.task = task});
    const auto again = Target::from(nlohmann::json::parse(target.to_json().dump()));
    EXPECT_TRUE(torch::equal(again.encode(table), target.encode(table))) << text_of(task);
    EXPECT_EQ(again.to_json(), target.to_json());
  }
  expect_error_parts(ErrorKind::usage, {"quantile", "one column", "y, z"}, [&] {
    Target::fit(table, {"y", "z"}, {.task = Task::quantile});
  });
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

TEST(Target, ClassesAreFoundInTheSpellingOfOtherFiles) {
  const auto codes = Target::fit(words({"007", "010", "A1"}));
  EXPECT_EQ(codes.classes(), (Words{"007", "010", "A1"}));
  EXPECT_TRUE(torch::equal(codes.encode(words({"010", "007"})), torch::tensor({1, 0}, torch::kInt64)));
  expect_error_parts(ErrorKind::input, {"unknown class \"7\" in row 1"}, [&] { codes.encode(number_column({7})); });
  const auto truths = Target::fit(words({"False", "True", "Unknown"}));
  EXPECT_TRUE(torch::equal(truths.encode(words({"true", "false"})), torch::tensor({1, 0}, torch::kInt64)));
  const auto digits = Target::fit(number_column({0, 1, 1}));
  EXPECT_TRUE(torch::equal(digits.encode(words({"True", "false", "1.0"})), torch::tensor({1, 0, 1}, torch::kInt64)));
  // NA is a class like others.
  EXPECT_EQ(Target::fit(words({"NA", "CL", "NA"})).classes(), (Words{"CL", "NA"}));
}

TEST(Target, ClassesThatLookAlikeAreNamed) {
  const auto answers = Target::fit(words({"Yes", "no", "yes", "no"}));
  EXPECT_EQ(answers.classes(), (Words{"Yes", "no", "yes"}));
  EXPECT_EQ(answers.notes(), Words{"target \"y\": \"Yes\" and \"yes\" are different classes"});
  EXPECT_TRUE(Target::fit(words({"Yes", "No", "Yes"})).notes().empty());
}

TEST(Target, TextOfNumbersIsNumbersUnlessWordsStandAmongThem) {
  Words text;
  for (int i = 0; i < 270; ++i) text.push_back(std::to_string(i) + ".5");
  EXPECT_EQ(Target::fit(words(text)).task(), Task::regression);
  text[11] = "unknown";
  expect_error_parts(ErrorKind::input,
                     {"\"y\"", "269 of 270 rows hold numbers", "\"unknown\" in row 12", "--missing unknown"},
                     [&] { Target::fit(words(text)); });
  text[11] = "n.a.";
  expect_error_parts(ErrorKind::input, {"missing value in row 12", "--drop-missing"},
                     [&] { Target::fit(words(text)); });
  EXPECT_EQ(Target::fit(words(text), Task::multiclass).classes().size(), 270u);
}

TEST(Target, ManyClassesOutOfFewRowsAreNoted) {
  Words names;
  for (int i = 0; i < 40; ++i) names.push_back("name " + std::to_string(i));
  EXPECT_EQ(Target::fit(words(names)).notes(), Words{"target \"y\": its 40 different words in 40 rows are classes"});
}

TEST(Target, DatesArePredictedAsDates) {
  const auto target = Target::fit(words({"2024-01-01", "2024-01-03", "2024-01-08"}));
  EXPECT_EQ(target.task(), Task::regression);
  const auto again = Target::from(nlohmann::json::parse(target.to_json().dump()));
  EXPECT_TRUE(again.is_date());
  const auto table = again.table(again.encode(words({"2024-01-03"})));
  EXPECT_TRUE(table.at("prediction").date);
  EXPECT_EQ(as_text(table.at("prediction")).words, Words{"2024-01-03"});  // training had no times of day
  EXPECT_EQ(again.text_of_number(*date_in("2024-01-02 18:00")), "2024-01-03");
  expect_error_parts(ErrorKind::input, {"must hold dates", "the number 20240103"},
                     [&] { again.encode(number_column({20240103})); });
  EXPECT_EQ(Target::fit(words({"31/12/2024", "01/02/2024", "13/01/2024"})).to_json()["readings"][0]["date_format"],
            "dmy");
}

TEST(Target, WordsNeedAnOrderToBeOrdinal) {
  const Frame sizes{{words({"low", "high", "mid"})}};
  expect_error_parts(ErrorKind::usage, {"ordinal", "order", "--classes", "high,low,mid"},
                     [&] { Target::fit(sizes, {"y"}, {.task = Task::ordinal}); });
  EXPECT_EQ(Target::fit(Frame{{words({"10", "9", "2"})}}, {"y"}, {.task = Task::ordinal}).classes(),
            (Words{"2", "9", "10"}));
}

TEST(Target, TheMedianIsBetweenTheQuantilesAroundIt) {
  const auto of = [](std::vector<double> quantiles) {
    return Target::fit(Frame{{number_column({0, 2, 4.5})}}, {"y"}, {.task = Task::quantile, .quantiles = quantiles});
  };
  const auto row = torch::tensor({{1.0, 3.0}}, torch::kFloat64);
  EXPECT_NEAR(of({0.1, 0.9}).median_of(row).item<double>(), 2, 1e-12);
  EXPECT_NEAR(of({0.4, 0.8}).median_of(row).item<double>(), 1.5, 1e-12);
  EXPECT_EQ(of({0.25, 0.5}).median_of(row).item<double>(), 3);
  EXPECT_FALSE(of({0.8, 0.9}).median_of(row).defined());
  EXPECT_FALSE(of({0.1, 0.2}).median_of(row).defined());
  EXPECT_EQ(of({0.8, 0.9}).table(torch::zeros({1, 2})).names(), (Words{"quantile_0.8", "quantile_0.9"}));
}

TEST(Target, NumbersOfAnySizeAreStandardised) {
  for (const double size : {0x1p-1040, 0x1p-600, 1.0, 0x1p600, 0x1p1021}) {
    const auto column = Column::of_numbers("y", {1 * size, -2 * size, 4 * size, 0.5 * size});
    const auto target = Target::fit(column, Task::regression);
    const auto encoded = target.encode(column);
    EXPECT_NEAR(encoded.std(/*unbiased=*/false).item<double>(), 1, 1e-6) << size;
    const auto decoded = target.decode(encoded);
    EXPECT_LT(((decoded - column.numbers) / size).abs().max().item<double>(), 1e-6) << size;
  }
  const double most = std::numeric_limits<double>::max();
  const auto ends = Target::fit(Column::of_numbers("y", {-most, most, most}), Task::regression);
  EXPECT_EQ(ends.decode(torch::tensor({{9.0}}, torch::kFloat64)).item<double>(), most);
}

TEST(Target, ATemperatureScalesTheAverageOfMembers) {
  auto target = Target::fit(words({"a", "b", "c"}));
  const auto outputs =
      torch::tensor({{{0.0, 4.0, 1.0}, {1.0, 0.0, 3.0}}, {{1.0, 2.0, 0.0}, {9.0, 0.0, 1.0}}}, torch::kFloat64);
  const auto before = target.probabilities(outputs), classes = target.decode(outputs);
  target.set_temperatures({2});
  EXPECT_TRUE(torch::allclose(target.probabilities(outputs), (before.log() / 2).softmax(1)));
  EXPECT_TRUE(torch::allclose(target.logits(outputs), before.log()));
  EXPECT_TRUE(torch::equal(target.decode(outputs), classes));
  const auto again = Target::from(nlohmann::json::parse(target.to_json().dump()));
  EXPECT_TRUE(torch::equal(again.probabilities(outputs), target.probabilities(outputs)));
  const auto one = outputs.select(1, 0);  // of one network it is the softmax of logits / T
  EXPECT_TRUE(torch::allclose(target.probabilities(one), (one / 2).softmax(1)));
  EXPECT_EQ(target.probabilities(one.to(torch::kFloat32)).scalar_type(), torch::kFloat32);
}

TEST(Target, ATemperatureChangesNoClassWhateverTheThreshold) {
  auto target = Target::fit(words({"no", "yes"}));
  target.set_thresholds({0.2});
  const auto logits =
      torch::stack({torch::zeros(200, torch::kFloat64), torch::linspace(-5, 5, 200, torch::kFloat64)}, 1);
  const auto classes = target.decode(logits);
  target.set_temperatures({3});
  EXPECT_NEAR(target.thresholds().front(), 1 / (1 + std::pow(4, 1.0 / 3)), 1e-12);
  EXPECT_TRUE(torch::equal(target.decode(logits), classes));
  const auto again = Target::from(target.to_json());
  EXPECT_EQ(again.thresholds(), target.thresholds());
  EXPECT_EQ(again.temperatures(), target.temperatures());
}

TEST(Target, LabelsAndOrderedClassesHaveTemperatures) {
  const Frame table{{Column::of_numbers("z", {0, 1, 0}), Column::of_numbers("w", {1, 0, 0})}};
  auto labels = Target::fit(table, {"z", "w"});
  const auto outputs = torch::tensor({{2.0, -40.0}, {60.0, 1.0}}, torch::kFloat64);
  labels.set_temperatures({1, 4});
  EXPECT_TRUE(torch::allclose(labels.probabilities(outputs), (outputs / torch::tensor({1.0, 4.0})).sigmoid(), 1e-9));
  auto ordinal = Target::fit(Frame{{words({"low", "high", "mid", "low"})}}, {"y"},
                             {.task = Task::ordinal, .classes = {"low", "mid", "high"}});
  const auto crossed = torch::tensor({{2.0, -2.0}, {-1.0, 1.0}, {3.0, 2.0}}, torch::kFloat64);
  const auto classes = ordinal.decode(crossed);
  ordinal.set_temperatures({2.5});
  const auto probabilities = ordinal.probabilities(crossed);
  EXPECT_TRUE(torch::allclose(probabilities.sum(1), torch::ones({3}, torch::kFloat64)));
  EXPECT_NEAR(probabilities[0][2].item<double>(), 1 / (1 + std::exp(2 / 2.5)), 1e-9);
  EXPECT_TRUE(torch::equal(ordinal.decode(crossed), classes));
}

TEST(Target, TemperaturesThatMakeNoSenseAreRefused) {
  auto target = Target::fit(words({"no", "yes"}));
  expect_error_parts(ErrorKind::usage, {"1 positive numbers", "got 0"}, [&] { target.set_temperatures({0}); });
  expect_error_parts(ErrorKind::usage, {"1 positive numbers", "got 1, 2"}, [&] { target.set_temperatures({1, 2}); });
  auto number = Target::fit(number_column({1, 2, 3.5}));
  expect_error_parts(ErrorKind::usage, {"needs classes", "regression"}, [&] { number.set_temperatures({1}); });
  expect_error_parts(ErrorKind::file, {"positive", "-1"}, [] {
    Target::from(
        nlohmann::json::parse(R"({"name": "y", "task": "binary", "classes": ["a", "b"], "temperatures": [-1]})"));
  });
}
