#include "reszoo/recipes/table_data.h"

#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const std::vector<std::string> kOthers = {"mood", "w"};

}  // namespace

TEST(TableData, IsPartedByTheOptionsAndFittedOnTheTrainingRows) {
  const auto table = training_rows();
  const auto data = make_table_data(
      table, {.target = {"y"}, .split = {.validation = 0.2, .test = 0.1}, .preprocess = {.ignore = kOthers}});
  EXPECT_EQ(data.train.rows(), 210);
  EXPECT_EQ(data.validation->rows(), 60);
  EXPECT_EQ(data.test->rows(), 30);
  EXPECT_EQ(data.measured.rows(), 30);
  EXPECT_EQ(data.sample.rows(), 210);
  EXPECT_EQ(data.model.table->inputs(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(data.model.target->task(), Task::regression);
  EXPECT_FALSE(data.images);
}

TEST(TableData, ASplitOfOnesOwnIsTakenAsItIs) {
  const auto table = training_rows();
  const auto rows = at::arange(300, at::kLong);
  const Split split{rows.slice(0, 0, 200), rows.slice(0, 200, 250), rows.slice(0, 250, 300)};
  const auto data = make_table_data(table, split, {.target = {"y"}, .preprocess = {.ignore = kOthers}});
  EXPECT_EQ(data.train.rows(), 200);
  const auto test = data.model.target->encode(take_rows(table, split.test));
  EXPECT_TRUE(at::equal(data.test->targets(), test));
}

TEST(TableData, WithoutAFractionATenthValidates) {
  const auto data = make_table_data(training_rows(), {.target = {"y"}, .preprocess = {.ignore = kOthers}});
  EXPECT_EQ(data.validation->rows(), 30);
  EXPECT_FALSE(data.test);
}

TEST(TableData, WeightsAreNoInputsAndCountInTraining) {
  const auto data =
      make_table_data(training_rows(), {.target = {"y"}, .preprocess = {.ignore = {"mood"}}, .weight = "w"});
  EXPECT_EQ(data.model.table->inputs(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(data.train.weights().numel(), data.train.rows());
}

TEST(TableData, AWeightBeyondFloat32IsNamed) {
  auto rows = training_rows();
  for (auto& column : rows.columns)
    if (column.name == "w") column.numbers[4] = 1e39;
  expect_error_parts(ErrorKind::input, {"\"w\"", "1e+39 in row 5"}, [&] {
    make_table_data(rows, {.target = {"y"}, .preprocess = {.ignore = {"mood"}}, .weight = "w"});
  });
}

TEST(TableData, ClassesAreBalancedByWeightsOrNotAtAllWhereThereAreNone) {
  TableDataOptions options{.target = {"mood"}, .preprocess = {.ignore = {"y", "w"}}, .balance = ClassBalance::weights};
  const auto data = make_table_data(training_rows(), options);
  const auto good = data.train.targets().eq(1).to(at::kFloat);
  EXPECT_NEAR((data.train.weights() * good).sum().item<double>(),
              (data.train.weights() * (1 - good)).sum().item<double>(), 1e-3);
  options.target = {"y"};
  options.preprocess.ignore = kOthers;
  expect_error_parts(ErrorKind::usage, {"balance=weights: needs classes", "regression"},
                     [&] { make_table_data(training_rows(), options); });
}

TEST(TableData, AFileIsNamedInErrors) {
  const TempDir folder;
  write_table(folder / "rows.csv", training_rows());
  expect_error_parts(ErrorKind::input, {"rows.csv", "prize"},
                     [&] { read_table_data(folder / "rows.csv", {.target = {"prize"}}); });
  expect_error_parts(ErrorKind::usage, {"target"}, [&] { read_table_data(folder / "rows.csv", {}); });
  const auto data = read_table_data(
      folder / "rows.csv",
      {.target = {"y"}, .split = {.validation_path = folder / "rows.csv"}, .preprocess = {.ignore = kOthers}});
  EXPECT_EQ(data.train.rows(), 300);
  EXPECT_EQ(data.validation->rows(), 300);
}

TEST(TableData, TargetsOfALaterFileMayHaveOtherNames) {
  const TempDir folder;
  auto rows = training_rows();
  const auto data = make_table_data(rows, {.target = {"y", "w"}, .preprocess = {.ignore = {"mood"}}});
  write_table(folder / "same.csv", rows);
  const auto same = read_labelled_rows(data.model, folder / "same.csv");
  // The first target has the name that the second had, and the other way round.
  for (auto& column : rows.columns)
    if (column.name == "y") column.name = "w";
    else if (column.name == "w") column.name = "y";
  write_table(folder / "other.csv", rows);
  const auto other = read_labelled_rows(data.model, folder / "other.csv", {"w", "y"});
  EXPECT_TRUE(at::equal(other.targets(), same.targets()));
  EXPECT_FALSE(at::equal(read_labelled_rows(data.model, folder / "other.csv").targets(), same.targets()));
  EXPECT_EQ(read_raw_rows(data.model, folder / "other.csv", {"w", "y"}).names(),
            read_raw_rows(data.model, folder / "same.csv").names());
  expect_error_parts(ErrorKind::usage, {"other.csv", "target: the model predicts 2 columns (y, w), got 1: w"},
                     [&] { read_labelled_rows(data.model, folder / "other.csv", {"w"}); });
}

TEST(TableData, OfMoreRowsThanMayBeLookedAtASampleIsTakenAndSaidSo) {
  TableDataOptions options{
      .target = {"y"}, .split = {.validation = 0.2, .test = 0.1}, .preprocess = {.ignore = kOthers}};
  const auto exact = make_table_data(training_rows(), options);
  options.most_rows = 210;  // as many as there are to train on
  const auto same = make_table_data(training_rows(), options);
  EXPECT_TRUE(at::equal(same.train.inputs(), exact.train.inputs()));
  EXPECT_EQ(same.notes, exact.notes);
  options.most_rows = 50;
  const auto data = make_table_data(training_rows(), options);
  EXPECT_EQ(data.train.rows(), 210);
  EXPECT_EQ(data.validation->rows(), 50);
  EXPECT_EQ(data.test->rows(), 30);
  const auto says = [&](const std::string& text) {
    return std::any_of(data.notes.begin(), data.notes.end(), [&](const auto& note) { return note == text; });
  };
  EXPECT_TRUE(says("preprocessing is fitted on 50 of 210 training rows, drawn at random"));
  EXPECT_TRUE(says("validation: 50 of 60 rows are used, drawn at random"));
  EXPECT_FALSE(at::equal(data.train.inputs(), exact.train.inputs()));
  EXPECT_TRUE(at::equal(make_table_data(training_rows(), options).train.inputs(), data.train.inputs()));
}

TEST(TableData, QuantilesOfASampleAreWithinTheStatedError) {
  // Of n rows the share below a quantile is right to sqrt(log(2 / 1e-6) / (2 n)) with a probability of 1 - 1e-6.
  constexpr int64_t rows = 20'000, most = 4000;
  const auto x = at::arange(rows, at::kDouble).mul(0.37).sin().exp();
  const Frame table{{{"x", Column::Kind::number, x, {}, {}},
                     {"y", Column::Kind::number, at::arange(rows, at::kDouble).mul(0.01).cos(), {}, {}}}};
  const auto data = make_table_data(
      table, {.target = {"y"}, .split = {.validation = 0.0, .test = 0.0}, .most_rows = most, .background = 0});
  const auto& summary = data.model.table->summaries().front();
  ASSERT_EQ(summary.quantiles.size(), 5u);
  const double error = std::sqrt(std::log(2e6) / (2 * most));
  for (size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(x.le(summary.quantiles[i]).to(at::kDouble).mean().item<double>(), 0.25 * static_cast<double>(i), error);
}

TEST(TableData, ARowNumberIsFoundInASampleToo) {
  constexpr int64_t rows = 2000;
  const auto number = at::arange(rows, at::kDouble);
  const Frame table{{{"id", Column::Kind::number, number, {}, {}},
                     {"x", Column::Kind::number, number.mul(0.37).sin(), {}, {}},
                     {"y", Column::Kind::number, number.mul(0.01).cos(), {}, {}}}};
  const auto data = make_table_data(table, {.target = {"y"}, .most_rows = 100});
  EXPECT_EQ(data.model.table->inputs(), std::vector<std::string>{"x"});
}
