// Table rows are converted to the tensor of the fitted preprocessing.
#include "reszoo/preprocess/table_preprocess.h"

#include <torch/types.h>

#include <cmath>
#include <fstream>

#include "reszoo/nn/table_encoder.h"
#include "reszoo/preprocess/describe.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

const double kNan = std::nan("");

Frame training() {
  return {{Column::of_numbers("age", {20, 30, kNan, 50}), Column::of_text("city", {"Rome", "Oslo", "", "Rome"}),
           Column::of_numbers("height", {1.5, 1.7, 1.6, 1.8}), Column::of_text("sex", {"f", "m", "m", "f"}),
           Column::of_numbers("y", {1, 2, 3, 4})}};
}

TablePreprocess fitted() { return TablePreprocess::fit(training(), "y", {.scaling = Scaling::none}); }

Frame with_column(Column column) {
  auto table = training();
  table.columns.push_back(std::move(column));
  return table;
}

/// A column of numbers and a target with the same number of rows.
Frame beside_target(Column column) {
  std::vector<double> y, x;
  for (int64_t i = 0; i < column.size(); ++i) {
    y.push_back(static_cast<double>(i % 5));
    x.push_back(static_cast<double>(i % 7) + 0.5);
  }
  return {{std::move(column), Column::of_numbers("x", x), Column::of_numbers("y", y)}};
}

std::vector<double> counted(int64_t count, double first, double step) {
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(first + step * static_cast<double>(i));
  return values;
}

Frame words_frame(const nlohmann::json& rows) {
  std::vector<std::string> town, size;
  for (const auto& row : rows) {
    town.push_back(row[0]);
    size.push_back(row[1]);
  }
  return {{Column::of_text("town", town), Column::of_text("size", size)}};
}

Tensor numbers(const nlohmann::json& rows) {
  std::vector<Tensor> all;
  for (const auto& row : rows) all.push_back(torch::tensor(row.get<std::vector<float>>()));
  return torch::stack(all);
}

Tensor row(std::vector<double> values) { return torch::tensor(values, torch::kFloat32).unsqueeze(0); }

}  // namespace

TEST(TablePreprocess, NumbersThenIndicatorsThenCodes) {
  const auto preprocess = fitted();
  EXPECT_EQ(preprocess.columns(), (std::vector<std::string>{"age", "height", "age missing", "city", "sex"}));
  EXPECT_EQ(preprocess.numeric_count(), 3);
  EXPECT_EQ(preprocess.cardinalities(), (std::vector<int64_t>{3, 2}));  // "" counts as a city
  const auto x = preprocess.transform(training());
  EXPECT_EQ(x.scalar_type(), torch::kFloat32);
  EXPECT_TRUE(torch::allclose(x.slice(0, 0, 1), row({20, 1.5, 0, 2, 0})));
  EXPECT_TRUE(torch::allclose(x.slice(0, 2, 3), row({100.0 / 3, 1.6, 1, 0, 1})));
}

TEST(TablePreprocess, UnseenWordsAndUnseenMissingAreMinusOne) {
  const auto x = fitted().transform(frame_of({{{"age", 1.0}, {"height", 1.0}, {"city", "Bonn"}, {"sex", ""}}}));
  EXPECT_TRUE(torch::equal(x, row({1, 1, 0, -1, -1})));
}

TEST(TablePreprocess, ARowInMemoryEqualsTheSameRowOfATable) {
  const Row named{{"sex", "m"}, {"city", "Oslo"}, {"height", 1.7}, {"age", 30.0}, {"spare", "x"}};
  const auto preprocess = TablePreprocess::fit(training(), "y");
  EXPECT_TRUE(torch::equal(preprocess.transform(frame_of({named})), preprocess.transform(training()).slice(0, 1, 2)));
}

TEST(TablePreprocess, MissingNumbersAreTheMiddleAfterScaling) {
  for (const auto scaling : {Scaling::quantile, Scaling::standard})
    EXPECT_EQ(TablePreprocess::fit(training(), "y", {.scaling = scaling}).transform(training())[2][0].item<float>(), 0);
}

TEST(TablePreprocess, LeavesOutWhatTellsNothing) {
  Frame table{{Column::of_numbers("", {}), Column::of_text("id", {}), Column::of_numbers("same", {}),
               Column::of_text("word", {}), Column::of_numbers("x", {}), Column::of_numbers("y", {})}};
  std::vector<double> count, same(30, 2.5), x;
  std::vector<std::string> id, word(30, "only");
  for (int i = 0; i < 30; ++i) {
    count.push_back(i);
    x.push_back(i % 7);
    id.push_back("id" + std::to_string(i));
  }
  table = {{Column::of_numbers("", count), Column::of_text("id", id), Column::of_numbers("same", same),
            Column::of_text("word", word), Column::of_numbers("x", x), Column::of_numbers("y", x)}};
  const auto preprocess = TablePreprocess::fit(table, "y");
  EXPECT_EQ(preprocess.columns(), std::vector<std::string>{"x"});
  EXPECT_EQ(preprocess.notes(),
            (std::vector<std::string>{
                "column \"\" is left out: it counts the rows; --numeric-features  keeps it",
                "column \"id\" is left out: it is different in every row; --categorical-features keeps it",
                "column \"same\" is left out: it is 2.5 in every row",
                "column \"word\" is left out: it is \"only\" in every row"}));
  expect_error_parts(ErrorKind::input, {"no column is left", "\"x\""}, [&] {
    TablePreprocess::fit({{Column::of_numbers("x", same), Column::of_numbers("y", x)}}, "y");
  });
}

TEST(TablePreprocess, OptionsDecideOverKinds) {
  const Frame table{{Column::of_numbers("zip", {2, 10, 2}), Column::of_text("n", {"1", "2", "4"}),
                     Column::of_numbers("other", {5, 6, 7}), Column::of_numbers("y", {1, 2, 3})}};
  const auto preprocess = TablePreprocess::fit(
      table, "y", {.scaling = Scaling::none, .numeric = {"n"}, .categorical = {"zip"}, .ignore = {"other"}});
  EXPECT_EQ(preprocess.columns(), (std::vector<std::string>{"n", "zip"}));
  EXPECT_TRUE(torch::equal(preprocess.transform(table).slice(0, 1, 2), row({2, 0})));  // "10" sorts before "2"
  EXPECT_EQ(preprocess.text_columns(), std::vector<std::string>{"zip"});
}

TEST(TablePreprocess, OptionsMustNameColumnsOnce) {
  const auto fit = [](TablePreprocessOptions options) { TablePreprocess::fit(training(), "y", options); };
  expect_error_parts(ErrorKind::usage, {"\"heigt\"", "did you mean height"}, [&] { fit({.ignore = {"heigt"}}); });
  expect_error_parts(ErrorKind::usage, {"\"age\" twice"}, [&] { fit({.numeric = {"age"}, .ignore = {"age"}}); });
  expect_error_parts(ErrorKind::usage, {"target \"y\""}, [&] { fit({.numeric = {"y"}}); });
}

TEST(TablePreprocess, AColumnWithoutValuesIsLeftOut) {
  const std::vector<double> none(4, kNan);
  for (const auto& empty : {Column::of_numbers("empty", none), Column::of_text("empty", {"", "", "", ""})})
    EXPECT_EQ(TablePreprocess::fit(with_column(empty), "y").notes(),
              std::vector<std::string>{"column \"empty\" is left out: it has no value in any row"});
  expect_error_parts(ErrorKind::input, {"no column \"z\""}, [] { TablePreprocess::fit(training(), "z"); });
}

TEST(TablePreprocess, IntegersThatCountRowsAreLeftOut) {
  const auto left_out = [](const std::vector<double>& values, const TablePreprocessOptions& options = {}) {
    return !TablePreprocess::fit(beside_target(Column::of_numbers("id", values)), "y", options).notes().empty();
  };
  EXPECT_TRUE(left_out(counted(30, 1000, 1)));
  EXPECT_TRUE(left_out(counted(30, 0, 9)));  // a sample of every ninth row
  EXPECT_TRUE(left_out(counted(30, 0, -1)));
  EXPECT_FALSE(left_out(counted(30, 0, 3600)));  // timestamps in seconds, one per hour
  EXPECT_FALSE(left_out(counted(30, 0, 0.5)));
  EXPECT_FALSE(left_out(counted(19, 0, 1)));
  EXPECT_FALSE(left_out(counted(30, 0, 1), {.numeric = {"id"}}));
  auto shuffled = counted(40, 5, 1);
  for (size_t i = 0; i < 40; ++i) std::swap(shuffled[i], shuffled[i * 7 % 40]);
  EXPECT_TRUE(left_out(shuffled));
  shuffled[3] = shuffled[4];
  EXPECT_FALSE(left_out(shuffled));
}

TEST(TablePreprocess, TextOfNearlyAsManyWordsAsRowsIsLeftOut) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("name" + std::to_string(i < 37 ? i : i - 30));
  const auto fit = [&](const TablePreprocessOptions& options) {
    return TablePreprocess::fit(beside_target(Column::of_text("name", names)), "y", options);
  };
  EXPECT_EQ(fit({}).notes(),
            std::vector<std::string>{"column \"name\" is left out: it has 37 different texts in 40 rows; "
                                     "--categorical-features keeps it"});
  EXPECT_EQ(fit({.categorical = {"name"}}).cardinalities(), std::vector<int64_t>{37});
  for (int i = 30; i < 40; ++i) names[i] = "name0";
  EXPECT_TRUE(fit({}).notes().empty());
}

TEST(TablePreprocess, RareWordsShareTheCodeOfUnseenOnes) {
  const auto table = beside_target(Column::of_text("c", {"a", "a", "a", "b", "b", "c", ""}));
  const auto preprocess = TablePreprocess::fit(table, "y", {.scaling = Scaling::none, .rare = 2});
  EXPECT_EQ(preprocess.cardinalities(), std::vector<int64_t>{2});
  EXPECT_TRUE(torch::equal(preprocess.transform(table).select(1, 1),
                           torch::tensor({0., 0., 0., 1., 1., -1., -1.}, torch::kFloat32)));
  EXPECT_EQ(preprocess.summaries()[0].rare, 2);
  EXPECT_EQ(TablePreprocess::fit(table, "y").cardinalities(), std::vector<int64_t>{4});  // few rows: every word is kept
  expect_error_parts(ErrorKind::input, {"\"x\"", "none of its 7 words"}, [] {
    std::vector<std::string> words{"a", "b", "c", "d", "e", "f", "g"};
    TablePreprocess::fit({{Column::of_text("x", words), Column::of_numbers("y", counted(7, 0, 1))}}, "y", {.rare = 2});
  });
  expect_error_parts(ErrorKind::usage, {"rare", "0"}, [&] { TablePreprocess::fit(table, "y", {.rare = 0}); });
}

TEST(TablePreprocess, AnIndicatorNeedsAHundredthOfTheRows) {
  auto values = counted(300, 0, 0.37);
  const auto columns = [&] {
    return TablePreprocess::fit(beside_target(Column::of_numbers("a", values)), "y").columns().size();
  };
  values[5] = values[6] = kNan;
  EXPECT_EQ(columns(), 2u);
  values[7] = kNan;
  EXPECT_EQ(columns(), 3u);
}

TEST(TablePreprocess, WordsThatLookAlikeAreNamed) {
  Frame table;
  table.columns.push_back(Column::of_text("colour", {"red", "Red", "blue", " blue", "red", "Red"}));
  table.columns.push_back(Column::of_numbers("y", {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(TablePreprocess::fit(table, "y").notes(),
            std::vector<std::string>{"column \"colour\": \" blue\" and \"blue\" are different words"});
}

TEST(TablePreprocess, InfiniteNumbersCountAsMissing) {
  auto table = training();
  table.columns[2] = Column::of_numbers("height", {1.5, INFINITY, -INFINITY, 1.8});
  const auto preprocess = TablePreprocess::fit(table, "y", {.scaling = Scaling::none});
  EXPECT_EQ(preprocess.notes(),
            std::vector<std::string>{"column \"height\" has infinite numbers in 2 rows; they count as missing"});
  EXPECT_EQ(preprocess.columns()[3], "height missing");
  const auto x = preprocess.transform(table);
  EXPECT_TRUE(x.isfinite().all().item<bool>());
  EXPECT_TRUE(torch::allclose(x.select(1, 1), torch::tensor({1.5f, 1.65f, 1.65f, 1.8f})));
  EXPECT_TRUE(torch::equal(x.select(1, 3), torch::tensor({0.f, 1.f, 1.f, 0.f})));
}

TEST(TablePreprocess, DatesBecomeThePartsThatVary) {
  const std::vector<std::string> days{"2024-01-01", "2024-01-02", "2024-02-05", ""};
  const auto fit = [](const Frame& table) { return TablePreprocess::fit(table, "y", {.scaling = Scaling::none}); };
  const auto text = with_column(Column::of_text("when", days));
  const auto preprocess = fit(text);
  EXPECT_EQ(preprocess.columns(), (std::vector<std::string>{"age", "height", "when days", "when month", "when weekday",
                                                            "age missing", "when missing", "city", "sex"}));
  EXPECT_EQ(preprocess.inputs(), (std::vector<std::string>{"age", "height", "when", "city", "sex"}));
  const auto x = preprocess.transform(text);
  EXPECT_TRUE(torch::equal(x.slice(1, 2, 5).slice(0, 0, 3),
                           torch::tensor({{19723.f, 1.f, 0.f}, {19724.f, 1.f, 1.f}, {19758.f, 2.f, 0.f}})));
  EXPECT_TRUE(torch::equal(preprocess.transform(with_column(as_dates(Column::of_text("when", days)))), x));
  // A row in memory has its date as text; a number may be days, seconds or digits.
  const Row row{{"age", 20.0}, {"city", "Rome"}, {"height", 1.5}, {"sex", "f"}, {"when", "2024-01-01"}};
  EXPECT_TRUE(torch::equal(preprocess.transform(frame_of({row})), x.slice(0, 0, 1)));
  for (const double number : {19723.0, 1704067200.0, 45292.0, 20240101.0}) {
    auto numeric = row;
    numeric["when"] = number;
    expect_error_parts(ErrorKind::input, {"column \"when\"", "must hold dates", "got the number", "row 1"},
                       [&] { preprocess.transform(frame_of({numeric})); });
  }
  auto dated = text;
  dated.columns[0] = Column::of_text("age", days);
  expect_error_parts(ErrorKind::input, {"column \"age\"", "must hold numbers", "the date 2024-01-01 in row 1"},
                     [&] { preprocess.transform(dated); });
}

TEST(TablePreprocess, TimesOfDayAreHours) {
  const auto table = with_column(
      Column::of_text("when", {"2024-01-01 06:30", "2024-01-01T18:00:00", "2024-01-01", "2024-01-01 00:45"}));
  const auto preprocess = TablePreprocess::fit(table, "y", {.scaling = Scaling::none});
  EXPECT_EQ(preprocess.columns()[3], "when hour");
  EXPECT_TRUE(torch::equal(preprocess.transform(table).select(1, 3), torch::tensor({6.5f, 18.f, 0.f, 0.75f})));
}

TEST(TablePreprocess, ADateThatIsNoneIsNamed) {
  auto table = with_column(Column::of_text("when", {"2024-01-01", "2024-03-01", "2024-02-01", "2024-02-09"}));
  const auto preprocess = TablePreprocess::fit(table, "y");
  table.columns.back() = Column::of_text("when", {"2024-01-01", "2024-02-30", "2024-02-01", ""});
  table.first_row = 101;  // as in a later part of a table
  expect_error_parts(ErrorKind::input, {"column \"when\"", "must hold dates", "\"2024-02-30\" in row 102"},
                     [&] { preprocess.transform(table); });
}

TEST(TablePreprocess, OptionsDecideOverDates) {
  const auto table = with_column(Column::of_text("when", {"2024-01-01", "2024-01-02", "2024-01-02", "2024-01-01"}));
  const auto preprocess = TablePreprocess::fit(table, "y", {.categorical = {"when"}});
  EXPECT_EQ(preprocess.cardinalities().back(), 2);
  // The words are the same if a reader detected dates.
  auto read = table;
  read.columns.back() = as_dates(table.columns.back());
  EXPECT_TRUE(torch::equal(preprocess.transform(read), preprocess.transform(table)));
}

TEST(TablePreprocess, BooleansAreTheSameHoweverSpelled) {
  const auto table = with_column(Column::of_text("b", {"true", "false", "true", "true"}));
  const auto preprocess = TablePreprocess::fit(table, "y");
  const auto codes = preprocess.transform(table).select(1, -1);
  EXPECT_TRUE(torch::equal(codes, torch::tensor({1.f, 0.f, 1.f, 1.f})));
  for (const auto& other :
       {Column::of_text("b", {"True", "FALSE", "TRUE", "true"}), Column::of_numbers("b", {1, 0, 1, 1})})
    EXPECT_TRUE(torch::equal(preprocess.transform(with_column(other)).select(1, -1), codes));
}

TEST(TablePreprocess, CodesAndOneHotEqualScikitLearn) {
  std::ifstream file(std::string(RESZOO_FIXTURES) + "/sklearn_preprocess.json");
  const auto json = nlohmann::json::parse(file)["words"];
  auto table = words_frame(json["rows"]);
  table.columns.push_back(Column::of_numbers("y", counted(table.rows(), 0, 1)));
  const auto preprocess = TablePreprocess::fit(table, "y");
  ASSERT_EQ(preprocess.summaries().size(), 2u);
  for (size_t i = 0; i < 2; ++i)
    EXPECT_EQ(preprocess.summaries()[i].words, json["categories"][i].get<std::vector<std::string>>());
  EXPECT_TRUE(torch::equal(preprocess.transform(table), numbers(json["codes"])));
  const auto fresh = preprocess.transform(words_frame(json["new_rows"]));
  EXPECT_TRUE(torch::equal(fresh, numbers(json["new_codes"])));
  TableEncoder encoder(TableEncoderOptions{.numeric = 0, .cardinalities = preprocess.cardinalities()});
  EXPECT_TRUE(torch::equal(encoder->forward(fresh), numbers(json["one_hot"])));
}

TEST(TablePreprocess, AFileOfTheFirstVersionIsRead) {
  const auto json = nlohmann::json::parse(R"({"scaling": "standard", "numeric": ["age", "height"], "indicators": [0],
    "categorical": [{"name": "city", "words": ["", "Oslo", "Rome"], "numbers": false}], "notes": ["a note"]})");
  const auto preprocess = TablePreprocess::from(json, {{"mean", torch::tensor({30., 1.5}, torch::kFloat64)},
                                                       {"scale", torch::tensor({10., 0.5}, torch::kFloat64)}});
  EXPECT_TRUE(torch::equal(preprocess.transform(training()).slice(0, 1, 3),
                           torch::tensor({{0.f, 0.4f, 0.f, 1.f}, {0.f, 0.2f, 1.f, 0.f}})));
  EXPECT_EQ(preprocess.summaries().size(), 3u);
  EXPECT_NE(describe_text(preprocess).find("3 words: (missing), Oslo, Rome"), std::string::npos);
}

TEST(Describe, TellsWhatWasFitted) {
  const auto table = with_column(Column::of_text("when", {"2024-01-01", "2024-03-01", "2024-02-01", ""}));
  const auto preprocess = TablePreprocess::fit(table, "y", {.scaling = Scaling::robust});
  const auto json = describe(preprocess);
  EXPECT_EQ(json["scaling"], "robust");
  ASSERT_EQ(json["columns"].size(), 5u);
  EXPECT_EQ(json["columns"][0]["name"], "age");
  EXPECT_EQ(json["columns"][0]["missing"], 0.25);
  EXPECT_EQ(json["columns"][0]["median"], 30);
  EXPECT_EQ(json["columns"][1]["words"], (std::vector<std::string>{"", "Oslo", "Rome"}));
  EXPECT_EQ(json["columns"][4]["kind"], "date");
  EXPECT_EQ(json["columns"][4]["max"], "2024-03-01");
  const auto text = describe_text(preprocess);
  for (const auto* part : {"age ", "25.00 %", "20 to 50, quartiles 25, 30, 40", "2024-01-01 to 2024-03-01"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(TablePreprocess, NamesWhatIsWrongWithNewRows) {
  const auto preprocess = fitted();
  auto table = training();
  table.columns[0] = Column::of_text("age", {"20", " 30 ", "old", "??"});
  expect_error_parts(ErrorKind::input, {"column \"age\"", "got \"old\" in row 3"},
                     [&] { preprocess.transform(table); });
  table.columns.erase(table.columns.begin());
  expect_error_parts(ErrorKind::input, {"no column \"age\""}, [&] { preprocess.transform(table); });
  table.columns.erase(table.columns.begin());
  expect_error_parts(ErrorKind::input, {"no columns \"age\", \"city\""}, [&] { preprocess.transform(table); });
}

TEST(TablePreprocess, TextThatSpellsNumbersIsNumbersAndTheReverse) {
  auto table = training();
  table.columns[0] = Column::of_text("age", {"20", "+30", "", "5e1"});
  EXPECT_TRUE(torch::equal(fitted().transform(table), fitted().transform(training())));
  const auto codes =
      TablePreprocess::fit({{Column::of_text("c", {"1", "x", "2"}), Column::of_numbers("y", {1, 2, 3})}}, "y");
  EXPECT_TRUE(torch::equal(codes.transform({{Column::of_numbers("c", {2})}}), row({1})));
  EXPECT_EQ(codes.text_columns(), std::vector<std::string>{"c"});
}

TEST(TablePreprocess, AColumnWithoutAnyValueIsMissingWhateverItsKind) {
  auto table = training();
  table.columns[0] = Column::of_text("age", {"", "", "", ""});
  table.columns[1] = Column::of_numbers("city", {kNan, kNan, kNan, kNan});
  const auto x = fitted().transform(table);
  EXPECT_TRUE((x.select(1, 2) == 1).all().item<bool>());
  EXPECT_TRUE((x.select(1, 3) == 0).all().item<bool>());
}

TEST(TablePreprocess, JsonAndTensorsGiveTheSamePreprocessing) {
  const auto table = with_column(Column::of_text("when", {"2024-01-01", "2024-03-01", "2024-02-01", ""}));
  for (const auto scaling : {Scaling::quantile, Scaling::standard, Scaling::robust, Scaling::smooth, Scaling::none}) {
    const auto preprocess = TablePreprocess::fit(table, "y", {.scaling = scaling});
    const auto json = nlohmann::json::parse(preprocess.to_json().dump());
    const auto again = TablePreprocess::from(json, preprocess.tensors());
    EXPECT_TRUE(torch::equal(again.transform(table), preprocess.transform(table)));
    EXPECT_EQ(again.to_json(), preprocess.to_json());
  }
}

TEST(TablePreprocess, DamagedJsonIsAnErrorOfTheFile) {
  const auto preprocess = fitted();
  const auto json = preprocess.to_json();
  for (const auto& [key, value] : json.items()) {
    auto lost = json, wrong = json;
    lost.erase(key);
    wrong[key] = 17;
    if (key == "summary") lost = wrong;  // the first version of the format has no "summary"
    for (const auto& damaged : {lost, wrong})
      expect_error_parts(ErrorKind::file, {"preprocessing", key},
                         [&, &damaged = damaged] { TablePreprocess::from(damaged, preprocess.tensors()); });
  }
  auto place = json, words = json, scaling = json;
  place["indicators"] = {9};
  words["categorical"][0]["words"] = {"b", "a"};
  scaling["scaling"] = "log";
  expect_error_parts(ErrorKind::file, {"places", "9"}, [&] { TablePreprocess::from(place, preprocess.tensors()); });
  expect_error_parts(ErrorKind::file, {"\"city\"", "sorted"},
                     [&] { TablePreprocess::from(words, preprocess.tensors()); });
  expect_error_parts(ErrorKind::file, {"scaling", "log"},
                     [&] { TablePreprocess::from(scaling, preprocess.tensors()); });
  expect_error_parts(ErrorKind::file, {"preprocessing"}, [&] { TablePreprocess::from(nlohmann::json::array(), {}); });
}

TEST(TablePreprocess, CountsWhatTrainingDidNotSee) {
  const auto preprocess = fitted();
  UnseenCounts unseen;
  auto table = training();
  preprocess.transform(table, &unseen);
  EXPECT_TRUE(unseen.empty());
  EXPECT_EQ(unseen.line(), "");
  unseen = {};
  table.columns[1] = Column::of_text("city", {"Bonn", "Bonn", "", "Rome"});
  table.columns[2] = Column::of_numbers("height", {1.5, kNan, kNan, 1});
  table.columns[3] = Column::of_text("sex", {"F", "M", "M", "x"});
  for (int part = 0; part < 2; ++part) preprocess.transform(table, &unseen);
  EXPECT_EQ(
      unseen.line(),
      "WARNING: never seen in training: column \"sex\": every word, 3 words, in 8 of 8 rows (\"F\", \"M\", \"x\"); "
      "column \"city\": 1 word in 4 of 6 rows (\"Bonn\"); column \"height\": no value in 4 rows");
  const auto json = unseen.json();
  EXPECT_EQ(json["city"],
            nlohmann::ordered_json::parse(R"({"rows": 6, "unseen_rows": 4, "words": {"Bonn": 4}, "missing_rows": 0})"));
  EXPECT_EQ(json["height"]["missing_rows"], 4);
  EXPECT_FALSE(json.contains("age"));  // had missing values in training
}

TEST(TablePreprocess, ACategoryOfNumbersIsFoundByValue) {
  const Frame table{{Column::of_text("grade", {"3", "1", "2", "4"}), Column::of_numbers("y", {1, 2, 3, 4})}};
  const auto preprocess = TablePreprocess::fit(table, "y", {.categorical = {"grade"}});
  const auto codes = preprocess.transform(table);
  const auto again = TablePreprocess::from(nlohmann::json::parse(preprocess.to_json().dump()), preprocess.tensors());
  for (const auto& column :
       {Column::of_text("grade", {"3.0", "1.0", "2.0", "4.0"}), Column::of_numbers("grade", {3, 1, 2, 4}),
        Column::of_text("grade", {" 3", "+1", "2.", "4"})})
    EXPECT_TRUE(torch::equal(again.transform({{column}}), codes));
  // One word that is no number changes its own row only.
  const auto odd = again.transform({{Column::of_text("grade", {"3.0", "?", "2.0", "4.0"})}});
  EXPECT_EQ((odd != codes).sum().item<int64_t>(), 1);
  EXPECT_EQ(odd[1][0].item<float>(), -1);
  const Frame decimals{{Column::of_text("grade", {"3.0", "1", "2.0", "3"}), Column::of_numbers("y", {1, 2, 3, 4})}};
  EXPECT_EQ(TablePreprocess::fit(decimals, "y", {.categorical = {"grade"}}).cardinalities(), std::vector<int64_t>{3});
}

TEST(TablePreprocess, ReadsLaterTablesAsItLearnt) {
  std::vector<std::string> when, price;
  std::vector<double> y;
  for (int i = 0; i < 60; ++i) {
    when.push_back(fmt::format("{:02}/{:02}/2024", 1 + i % 28, 1 + i % 12));
    price.push_back(i == 7 ? "call us" : fmt::format("{},{}", i, i % 10));
    y.push_back(i * 0.7);
  }
  const Frame table{{Column::of_text("when", when), Column::of_text("price", price), Column::of_numbers("y", y)}};
  const auto fit = TablePreprocess::fit(table, "y", {.scaling = Scaling::none});
  const auto preprocess = TablePreprocess::from(nlohmann::json::parse(fit.to_json().dump()), fit.tensors());
  EXPECT_EQ(preprocess.to_json(), fit.to_json());
  EXPECT_EQ(preprocess.summaries()[0].kind, "date");
  EXPECT_EQ(preprocess.summaries()[1].kind, "number");
  const auto told = describe_text(preprocess);
  EXPECT_NE(told.find("; order dmy"), std::string::npos) << told;
  EXPECT_NE(told.find("; with the decimal point \",\"; missing: call us"), std::string::npos) << told;
  EXPECT_EQ(preprocess.text_columns(), (std::vector<std::string>{"price", "when"}));  // 1.234 is no decimal there
  // Alone, 03/04/2024 would have two readings, and "1,500" too.
  const auto x = preprocess.transform(
      {{Column::of_text("when", {"03/04/2024", "2024-04-03"}), Column::of_text("price", {"1,500", "call us"})}});
  EXPECT_EQ(x[0][0].item<float>(), static_cast<float>(*date_in("2024-04-03")));
  EXPECT_EQ(x[0][0].item<float>(), x[1][0].item<float>());
  const auto column =
      preprocess.read({{Column::of_text("when", {"03/04/2024"}), Column::of_text("price", {"1,500"})}}).at("price");
  EXPECT_EQ(column.numbers[0].item<double>(), 1.5);
}

TEST(TablePreprocess, CountsInfiniteNumbersThatCountAsMissing) {
  const auto preprocess = fitted();
  auto table = training();
  table.columns[2] = Column::of_numbers("height", {1.5, INFINITY, -INFINITY, 1});
  UnseenCounts unseen;
  preprocess.transform(table, &unseen);
  EXPECT_EQ(unseen.line(),
            "never seen in training: column \"height\": infinite numbers in 2 rows, which count as missing");
  EXPECT_EQ(unseen.json()["height"]["infinite_rows"], 2);
}
