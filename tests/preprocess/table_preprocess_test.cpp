// A table's rows become the tensor that was fitted for them.
#include "reszoo/preprocess/table_preprocess.h"

#include <torch/types.h>

#include <cmath>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

const double nan_value = std::nan("");

Frame training() {
  return {{Column::of_numbers("age", {20, 30, nan_value, 50}), Column::of_text("city", {"Rome", "Oslo", "", "Rome"}),
           Column::of_numbers("height", {1.5, 1.7, 1.6, 1.8}), Column::of_text("sex", {"f", "m", "m", "f"}),
           Column::of_numbers("y", {1, 2, 3, 4})}};
}

TablePreprocess fitted() {
  return TablePreprocess::fit(training(), "y", {.scaling = Scaling::none});
}

Tensor row(std::vector<double> values) {
  return torch::tensor(values, torch::kFloat32).unsqueeze(0);
}

}  // namespace

TEST(TablePreprocess, NumbersThenIndicatorsThenCodes) {
  const auto preprocess = fitted();
  EXPECT_EQ(preprocess.columns(), (std::vector<std::string>{"age", "height", "age missing", "city", "sex"}));
  EXPECT_EQ(preprocess.numeric_count(), 3);
  EXPECT_EQ(preprocess.cardinalities(), (std::vector<int64_t>{3, 2}));  // "" counts for city
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
  EXPECT_EQ(preprocess.notes(), (std::vector<std::string>{"column \"\" is left out: it numbers the rows",
                                                          "column \"id\" is left out: it is different in every row",
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
  EXPECT_TRUE(preprocess.text_columns().empty());
}

TEST(TablePreprocess, OptionsMustNameColumnsOnce) {
  const auto fit = [](TablePreprocessOptions options) { TablePreprocess::fit(training(), "y", options); };
  expect_error_parts(ErrorKind::usage, {"\"heigt\"", "did you mean height"}, [&] { fit({.ignore = {"heigt"}}); });
  expect_error_parts(ErrorKind::usage, {"\"age\" twice"}, [&] { fit({.numeric = {"age"}, .ignore = {"age"}}); });
  expect_error_parts(ErrorKind::usage, {"target \"y\""}, [&] { fit({.numeric = {"y"}}); });
}

TEST(TablePreprocess, RefusesAColumnWithoutValues) {
  auto table = training();
  table.columns.push_back(Column::of_numbers("empty", {nan_value, nan_value, nan_value, nan_value}));
  expect_error_parts(ErrorKind::input, {"\"empty\"", "no value"}, [&] { TablePreprocess::fit(table, "y"); });
  expect_error_parts(ErrorKind::input, {"no column \"z\""}, [&] { TablePreprocess::fit(table, "z"); });
}

TEST(TablePreprocess, NamesWhatIsWrongWithNewRows) {
  const auto preprocess = fitted();
  auto table = training();
  table.columns[0] = Column::of_text("age", {"20", " 30 ", "old", "??"});
  expect_error_parts(ErrorKind::input, {"column \"age\"", "got \"old\" in row 3"},
                     [&] { preprocess.transform(table); });
  table.columns[0] = Column::of_numbers("age", {1, INFINITY, 3, 4});
  expect_error_parts(ErrorKind::input, {"column \"age\"", "finite", "row 2"}, [&] { preprocess.transform(table); });
  table.columns.erase(table.columns.begin());
  expect_error_parts(ErrorKind::input, {"no column \"age\""}, [&] { preprocess.transform(table); });
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
  table.columns[1] = Column::of_numbers("city", {nan_value, nan_value, nan_value, nan_value});
  const auto x = fitted().transform(table);
  EXPECT_TRUE((x.select(1, 2) == 1).all().item<bool>());
  EXPECT_TRUE((x.select(1, 3) == 0).all().item<bool>());
}

TEST(TablePreprocess, JsonAndTensorsGiveTheSamePreprocessing) {
  for (const auto scaling : {Scaling::quantile, Scaling::standard, Scaling::none}) {
    const auto preprocess = TablePreprocess::fit(training(), "y", {.scaling = scaling});
    const auto json = nlohmann::json::parse(preprocess.to_json().dump());
    const auto again = TablePreprocess::from(json, preprocess.tensors());
    EXPECT_TRUE(torch::equal(again.transform(training()), preprocess.transform(training())));
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
