// The report page of a run.
#include "reszoo/report/report.h"

#include <torch/types.h>

#include <cmath>

#include "reszoo/base/atomic_file.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string page_of(const ReportData& data) {
  const TempDir folder;
  write_report(folder / "report.html", data);
  return read_file(folder / "report.html");
}

void expect_has(const std::string& html, const std::vector<std::string>& parts) {
  for (const auto& part : parts) EXPECT_NE(html.find(part), std::string::npos) << part;
}

void expect_lacks(const std::string& html, const std::vector<std::string>& parts) {
  for (const auto& part : parts) EXPECT_EQ(html.find(part), std::string::npos) << part;
}

std::vector<EpochRecord> history() {
  std::vector<EpochRecord> history;
  for (int64_t epoch = 1; epoch <= 5; ++epoch)
    history.push_back(
        {.epoch = epoch,
         .loss = 1.0 / static_cast<double>(epoch),
         .metrics = {{"rmse", 2.0 / static_cast<double>(epoch)}, {"roc_auc", epoch == 3 ? std::nan("") : 0.7}},
         .best = epoch <= 4});
  return history;
}

/// The values 0 .. rows - 1, each predicted one too high or one too low.
RegressionPart numbers(int64_t rows = 400) {
  const auto truth = torch::arange(rows, torch::kDouble);
  return {.target = "price", .truth = truth, .prediction = truth + torch::arange(rows).remainder(2) * 2 - 1};
}

/// Classes 0, 1, … in turn. The true class has probability 0.6, except in every tenth row, where another class has it.
ClassPart classes(int64_t number, int64_t rows = 600) {
  ClassPart part{.target = "kind", .classes = {}, .truth = torch::arange(rows).remainder(number), .probability = {}};
  for (int64_t c = 0; c < number; ++c) part.classes.push_back("class " + std::to_string(c));
  const auto said =
      torch::where(torch::arange(rows).remainder(10) == 0, (part.truth + 1).remainder(number), part.truth);
  part.probability = torch::full({rows, number}, 0.4 / static_cast<double>(number - 1), torch::kDouble);
  part.probability.scatter_(1, said.unsqueeze(1), 0.6);
  return part;
}

/// The header of a PNG file, which is all that the page reads.
std::string png(int64_t width, int64_t height) {
  const auto number = [](int64_t value) {
    return std::string(2, '\0') + static_cast<char>(value >> 8) + static_cast<char>(value);
  };
  return "\x89PNG\r\n\x1a\n" + number(0) + "IHDR" + number(width) + number(height) + "and so on";
}

Mistake mistake(int64_t width = 28, int64_t height = 28) {
  return {png(width, height), "pets/cat/7.jpg", "cat", "dog", 0.0002, 0.985};
}

ReportData everything() {
  ReportData data{.title = "t", .command = "train", .settings = {{"epochs", "5"}}, .history = history()};
  data.classes = {classes(3)};
  data.importance_metric = "log_loss";
  data.importance = {{"size", 0.5, 0.1, {0.4, 0.6}}, {"age", 0.1, 0, {0.1, 0.1}}};
  data.dependence = {
      {.column = "size", .values = {1, 2}, .mean = torch::rand({2, 3}, torch::kDouble), .deciles = {1.5}},
      {.column = "colour", .words = {"red", "blue"}, .mean = torch::rand({2, 3}, torch::kDouble)}};
  data.dependence_outputs = data.classes[0].classes;
  data.parts = {{"training", 53940}};
  data.columns = {profile_of(Column::of_numbers("size", {1, 2, 2, std::nan("")})),
                  profile_of(Column::of_text("colour", {"red", "blue", "red", ""}))};
  data.notes = {"column \"id\" is left out"};
  data.tables = {{"Folds", "each tested once", {"fold", "rmse"}, {{"1", "2.5"}, {"2", "2.25"}}, 1}};
  data.mistakes = std::vector{mistake()};
  return data;
}

}  // namespace

TEST(Report, HasACurveForTheLossAndForEachMetricWithTheBestEpochMarked) {
  const auto html = page_of({.title = "diamonds", .history = history()});
  EXPECT_EQ(count(html, "<svg"), 3u);
  expect_has(html, {"training loss", "validation roc_auc", ">best 4<", "<title>epoch 4: 0.25</title>"});
  EXPECT_EQ(count(html, "<circle"), 5u + 5u + 4u);  // the epoch without a value is a gap
  EXPECT_EQ(count(html, "class=\"bestdot\""), 3u);
}

TEST(Report, ShowsResultsCommandAndSettings) {
  const auto html = page_of(
      {.title = "t",
       .command = "train --data a.csv",
       .settings = {{"epochs", "20"}},
       .results = {{"validation", {{"rmse", 1625.25}}}, {"test", {{"rmse", 625.25}, {"roc_auc", std::nan("")}}}},
       .history = history()});
  expect_has(html, {"train --data a.csv", "<td>20</td>", "1,625.25", "625.25", "not defined"});
}

TEST(Report, HasCurvesForTheLearningRateAndTheThroughputWhereTheyAreKnown) {
  auto records = history();
  for (auto& record : records) record.lr = 0.1 / static_cast<double>(record.epoch), record.items_per_second = 1500;
  const auto html = page_of({.title = "t", .history = records, .items = "images"});
  EXPECT_EQ(count(html, "<svg"), 5u);
  expect_has(html, {"learning rate<span>0.025<", "images per second<span>1,500<", "<title>epoch 5: 0.02</title>"});
}

TEST(Report, PartsWithoutDataHaveNoPlace) {
  const auto html = page_of({.title = "t"});
  EXPECT_EQ(count(html, "<h2"), 0u);
  expect_lacks(html, {"<section", "<figure", "<table", "class=\"headline\""});
}

TEST(Report, BeginsWithTheErrorItsIntervalAndThatOfTheMean) {
  const auto html = page_of({.title = "t", .regression = {numbers()}});
  // All errors are 1, so the root mean squared error is exactly 1.
  expect_has(html, {"off by <b>1</b>", "interval 1 to 1)", "Saying 199.5, the mean", "off by <b>115.5</b>",
                    "on 400 test rows", "Predicted against true", "Half of the rows are off by less than 1,"});
}

TEST(Report, ATargetThatIsNotPredictedIsSaidSo) {
  auto part = numbers();
  part.prediction = torch::zeros({400}, torch::kDouble) + 1000;
  const auto html = page_of({.title = "t", .regression = {part}});
  expect_has(html, {"No better than saying the mean of price", "800 too high on average"});
}

TEST(Report, QuantilesAreComparedWithTheShareOfRowsBelow) {
  auto part = numbers(100);
  part.quantiles = {0.1, 0.9};
  part.quantile_predictions = torch::stack({torch::full({100}, 9.0), torch::full({100}, 79.0)}, 1);
  expect_has(page_of({.title = "t", .regression = {part}}),
             {"Quantiles", "10.0\u00A0%", "80.0\u00A0%", "-10.0\u00A0%"});
}

TEST(Report, ShowsTwoClassesByCurvesCalibrationThresholdAndConfusion) {
  const auto html = page_of({.title = "t", .classes = {classes(2)}});
  expect_has(html, {"<b>90.0\u00A0%</b> of 600 test rows", "would be right for <b>50.0\u00A0%</b>", "ROC",
                    "Precision and recall", "Calibration", "By threshold", "threshold 0.5", "Confusion", ">240<small>",
                    ">300<small>"});
}

TEST(Report, ShowsTheWorstMistakesAsImages) {
  ReportData data{.title = "t", .classes = {classes(10)}, .mistakes = std::vector{mistake(28, 20), mistake(160, 90)}};
  expect_has(page_of(data),
             {"Of 60 wrong guesses the 2 that give", "true <b>cat</b> <span>0.020\u00A0%</span>",
              "guessed <b>dog</b> <span>98.5\u00A0%</span>", "alt=\"cat taken for dog\"", "pets/cat/7.jpg",
              "width=\"140\" height=\"100\" class=\"enlarged\"", "width=\"160\" height=\"90\" alt"});
  data.mistakes = std::vector<Mistake>(60, mistake());
  data.mistakes->front().name = "a/folder/" + std::string(60, 'x') + ".jpg";
  const auto many = page_of(data);
  EXPECT_EQ(count(many, "<img "), 24u);
  expect_has(many, {"the 24 that give", ">…xxxx", "title=\"a/folder/xxx"});
  data.mistakes->resize(1);
  data.mistakes->front() = {"", "a.jpg", "cat", "dog", 1e-7, 1 - 1e-7};
  const auto lost = page_of(data);
  EXPECT_EQ(count(lost, "<img "), 0u);
  expect_has(lost, {"&lt;\u00A00.001\u00A0%", "guessed <b>dog</b> <span>&gt;\u00A099.99\u00A0%"});
}

TEST(Report, SaysSoWhereNoImageIsTakenForAnother) {
  expect_has(page_of({.title = "t", .mistakes = std::vector<Mistake>{}}),
             {"Worst mistakes", "None: every guess is right"});
  expect_lacks(page_of({.title = "t", .classes = {classes(3)}}), {"Worst mistakes"});
}

TEST(Report, TheThresholdOfAPartDecides) {
  auto part = classes(2);
  part.threshold = 0.7;  // above all probabilities: class 1 is never predicted
  expect_has(page_of({.title = "t", .classes = {part}}), {"<b>50.0\u00A0%</b> of 600", "not clearly better"});
}

TEST(Report, ShowsManyClassesByTheirWorstPairsAndNoMatrix) {
  const auto few = page_of({.title = "t", .classes = {classes(30)}}),
             many = page_of({.title = "t", .classes = {classes(31)}});
  expect_has(few, {"class=\"confusion slim\"", "class 29"});
  expect_lacks(many, {"class=\"confusion"});
  expect_has(many, {"What is taken for what", "The 30 of 31 classes"});
}

TEST(Report, HasEveryPartThatIsGiven) {
  const auto html = page_of(everything());
  expect_has(html, {"Importance of columns", "0.5<small> ± 0.1", "follows a column", ">red<", "53,940", "left out",
                    "<h2>Folds</h2>", "<tr class=\"marked\"><td class=\"number\">2</td>", "25.0\u00A0%",
                    "1 to 2, half below 2", "distribution of colour"});
  expect_lacks(html, {"nan", "inf\""});
}

TEST(Report, EveryDrawingSaysWhatItShows) {
  const auto html = page_of(everything());
  EXPECT_EQ(count(html, "<svg"), count(html, "role=\"img\" aria-label=\""));
}

TEST(Report, TakesNothingFromTheNetworkAndFollowsTheReadersColours) {
  const auto html = page_of(everything());
  expect_lacks(html, {"http:", "https:", "<script", "<link", "url("});
  EXPECT_EQ(count(html, "src="), count(html, "src=\"data:image/png;base64,iVBORw0KGgo"));
  expect_has(html, {"prefers-color-scheme: dark", "width=device-width"});
}

TEST(Report, NamesOfAllKindsAreEscaped) {
  const std::string name = "<script>\"&";
  auto data = everything();
  data.title = data.lead = data.command = data.importance_metric = data.importance[0].column = name;
  data.settings = {{name, name}};
  data.results = {{name, {{name, 1}}}};
  data.history[0].metrics[0].first = name;
  data.classes[0].target = data.classes[0].rows = data.classes[0].classes[0] = data.classes[0].classes[2] = name;
  data.dependence[0].column = data.dependence[1].column = data.dependence[1].words[0] = data.dependence_outputs[0] =
      name;
  data.parts[0].first = data.columns[0].name = data.columns[1].top[0].first = data.notes[0] = name;
  data.tables = {{name, name, {name}, {{name}}}};
  auto part = numbers();
  part.target = part.rows = name;
  data.regression = {part};
  data.mistakes =
      std::vector<Mistake>{{png(8, 8), name, name, name}, {png(8, 8), name + std::string(100, 'x') + name, name, name}};
  expect_lacks(page_of(data), {"<script", "\"&\""});
}

TEST(Report, AFlatCurveAndASingleEpochAreDrawn) {
  for (const double value : {0.0, 1.0, -3.5}) {
    const auto html = page_of({.title = "t", .history = {{.epoch = 1, .loss = value}}});
    EXPECT_EQ(count(html, "<circle"), 1u);
    expect_lacks(html, {"nan", "inf\""});
  }
}

TEST(Report, OneRowAndOneClassAreDrawn) {
  auto single = classes(3, 3);
  single.truth = torch::zeros({3}, torch::kLong);
  const auto html = page_of({.title = "t", .regression = {numbers(1)}, .classes = {single}});
  expect_has(html, {"Only 3 rows were measured", "3 of 3 classes have fewer than 10 test rows"});
  expect_lacks(html, {">nan", "\"nan", "inf\""});
}

TEST(Report, StaysSmallHoweverLargeTheData) {
  const std::string longish(500, 'x');
  ReportData data{.title = longish, .regression = {numbers(300000)}, .classes = {classes(1000, 50000)}};
  data.regression.front().prediction += torch::randn({300000}, torch::kDouble) * 1e4;
  for (int i = 0; i < 5000; ++i) {
    data.importance.push_back({longish + std::to_string(i), 0.1, 0.1, {0.1}});
    data.columns.push_back(
        {.name = longish, .kind = "category", .rows = 9, .different = 9, .top = {{longish, 1}, {longish, 1}}});
    data.history.push_back({.epoch = i + 1, .loss = 1.0 / (i + 1), .metrics = {{"rmse", 1}}});
    data.notes.push_back(longish);
  }
  data.tables = {{"Trials", "", {"number"}, std::vector<std::vector<std::string>>(5000, {longish})}};
  data.mistakes = std::vector<Mistake>(5000, {png(160, 160) + std::string(20000, 'x'), longish, longish, longish});
  const auto html = page_of(data);
  EXPECT_LT(html.size(), 3u << 20);
  expect_has(html, {"The first 20 of 5,000 columns", "The first 200 of 5,000 columns", "The first 300 of 5,000 rows",
                    "4980 lines more"});
}

TEST(Report, PartsThatDoNotFitTogetherAreRefused) {
  auto part = numbers();
  part.truth = torch::zeros({3});
  expect_error(ErrorKind::input, "report: truth and prediction of \"price\" must have the same number of rows",
               [&] { page_of({.regression = {part}}); });
  expect_error(ErrorKind::input, "report: image of \"a.jpg\" must be a PNG file, got 4 bytes", [&] {
    page_of({.mistakes = std::vector<Mistake>{{"JFIF", "a.jpg", "", ""}}});
  });
  auto kinds = classes(3);
  kinds.classes.pop_back();
  expect_error(ErrorKind::input, "report: probabilities of \"kind\" must be (600, 2)",
               [&] { page_of({.classes = {kinds}}); });
}

TEST(Report, AFolderThatIsNotThereIsAnError) {
  const TempDir folder;
  expect_error(ErrorKind::file, "report.html", [&] { write_report(folder / "no/report.html", {}); });
}

TEST(ColumnProfile, CountsNumbersInBinsAndWordsByFrequency) {
  const auto numbers = profile_of(Column::of_numbers("x", {0, 0, 3, std::nan(""), 1}));
  EXPECT_EQ(numbers.histogram, (std::vector<int64_t>{2, 1, 0, 1}));  // integers: one bin per value
  EXPECT_EQ(numbers.missing, 1);
  EXPECT_EQ(numbers.different, 3);
  EXPECT_EQ(numbers.high, 3);
  const auto words = profile_of(Column::of_text("c", {"b", "a", "", "b"}), 24, 1);
  EXPECT_EQ(words.top, (std::vector<std::pair<std::string, int64_t>>{{"b", 2}}));
  EXPECT_EQ(words.different, 2);
  EXPECT_EQ(profile_of(Column::of_text("d", {"2024-02-29", "2024-03-01"})).kind, "date");
}
