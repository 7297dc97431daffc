// predict and features from raw tables.
#include <cmath>
#include <csignal>
#include <limits>
#include <sstream>

#include "reszoo/data/table.h"
#include "reszoo/infer/model.h"
#include "reszoo/weights/safetensors.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A trained model, and calls of the tools with it.
struct Trained : Goods {
  explicit Trained(const std::string& target = "price") : Goods(target) { trained(); }

  Frame predict(const std::string& csv, const Words& more = {}) const {
    write_file(at("rows.csv"), csv);
    std::istringstream stream(expect_success(Words{"predict", "--weights", model(), at("rows.csv")} + more).out);
    return read_table(stream, "predictions");
  }
  Frame features(const std::string& out) const {
    expect_success({"features", "--weights", model(), at("data.csv"), "--out", at(out)});
    return out.ends_with(".npy") || out.ends_with(".safetensors") ? Frame() : read_table(at(out));
  }
};

Tensor prediction(const Frame& frame) { return frame.at("prediction").numbers; }

Words labels(const Frame& frame) {
  const auto& column = frame.at("prediction");
  Words words;
  for (int64_t i = 0; i < column.size(); ++i) words.push_back(column.words[column.codes[i].item<int64_t>()]);
  return words;
}

}  // namespace

TEST(Predict, RawTableGivesARowAnInputRow) {
  const Trained model;
  const auto frame = model.predict(model.table.csv());
  EXPECT_EQ(frame.names(), Words{"prediction"});
  EXPECT_EQ(frame.rows(), 120);
}

TEST(Predict, ColumnsAreFoundByNameNotPlace) {
  const Trained model;
  const auto all = prediction(model.predict(model.table.csv()));
  EXPECT_TRUE(at::equal(prediction(model.predict(model.table.csv(kInputs))), all));
  EXPECT_TRUE(at::equal(prediction(model.predict(model.table.csv({"grade", "colour", "age", "sold", "size"}))), all));
}

TEST(Predict, ReadsRowsFromStdin) {
  const Trained model;
  const auto file = expect_success({"predict", "--weights", model.model(), model.at("data.csv")}).out;
  const auto stdin_too = expect_success({"predict", "--weights", model.model(), "-"}, {.input = model.table.csv()}).out;
  EXPECT_EQ(file, stdin_too);
}

TEST(Predict, SeveralInputsFollowOneAnother) {
  const Trained model;
  const auto result =
      expect_success({"predict", "--weights", model.model(), model.at("data.csv"), model.at("data.csv"), "--json"})
          .json();
  EXPECT_EQ(result["rows"], 240);
  EXPECT_EQ(result["predictions"].size(), 240u);
  EXPECT_EQ(result["predictions"][0], result["predictions"][120]);
}

TEST(Predict, FilesHoldWhatStdoutDoes) {
  const Trained model("grade");
  const auto frame = model.predict(model.table.csv(), {"--proba"});
  for (const std::string name : {"out.csv", "out.parquet"}) {
    expect_success({"predict", "--weights", model.model(), model.at("rows.csv"), "--proba", "--out", model.at(name)});
    const auto file = read_table(model.at(name));
    EXPECT_EQ(file.names(), frame.names());
    EXPECT_EQ(labels(file), labels(frame));
    EXPECT_TRUE(at::equal(file.at("probability_low").numbers, frame.at("probability_low").numbers)) << name;
  }
}

TEST(Predict, ProbabilitiesOfTheClassesSumToOne) {
  const Trained model("grade");
  const auto frame = model.predict(model.table.csv(), {"--proba", "--topk", "2"});
  EXPECT_EQ(frame.names(), (Words{"prediction", "top", "probability_high", "probability_low", "probability_middle"}));
  const auto sum = frame.at("probability_high").numbers + frame.at("probability_low").numbers +
                   frame.at("probability_middle").numbers;
  EXPECT_LT((sum - 1).abs().max().item<double>(), 1e-6);
}

TEST(Predict, EqualsAModelInMemory) {
  const Trained model;
  const auto frame = prediction(model.predict("size,age,colour\n2.5,,red\n1.25,17.5,\n3.75,3,green\n"));
  auto loaded = Model::load(model.model());
  const auto missing = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Row> rows = {{{"size", 2.5}, {"age", missing}, {"colour", "red"}},
                                 {{"size", 1.25}, {"age", 17.5}, {"colour", ""}},
                                 {{"size", 3.75}, {"age", 3.0}, {"colour", "green"}}};
  for (size_t i = 0; i < rows.size(); ++i)
    EXPECT_NEAR(loaded.predict(rows[i]).value, frame[static_cast<int64_t>(i)].item<double>(), 1e-5) << i;
}

TEST(Predict, AnUnseenCategoryIsARowLikeOthers) {
  const Trained model;
  const auto frame = prediction(model.predict("size,age,colour\n2.5,1,red\n2.5,1,ultraviolet\n"));
  ASSERT_EQ(frame.numel(), 2);
  EXPECT_TRUE(frame.isfinite().all().item<bool>());
}

TEST(Predict, AColumnWithoutAnyValueIsMissingEverywhere) {
  const Trained model;
  EXPECT_TRUE(prediction(model.predict("size,age,colour\n2.5,,\n3.5,,\n")).isfinite().all().item<bool>());
}

TEST(Predict, ALostColumnIsNamed) {
  const Trained model;
  write_file(model.at("rows.csv"), model.table.csv({"size", "age", "price"}));
  expect_failure(1, {"predict", "--weights", model.model(), model.at("rows.csv")},
                 {model.at("rows.csv"), "no column \"colour\""});
}

TEST(Predict, TextWhereANumberMustBeIsNamedWithItsRow) {
  const Trained model;
  write_file(model.at("rows.csv"), "size,age,colour\n2.5,1,red\n2.5,1,red\nlarge,1,red\n");
  expect_failure(1, {"predict", "--weights", model.model(), model.at("rows.csv")},
                 {model.at("rows.csv"), "column \"size\"", "\"large\"", "row 3"});
}

TEST(Predict, AnOutputOfAnotherEndingIsRefused) {
  const Trained model;
  expect_failure(1, {"predict", "--weights", model.model(), model.at("data.csv"), "--out", model.at("x.xlsx")},
                 {"x.xlsx", ".csv", ".parquet"});
}

TEST(Evaluate, ALostTargetIsNamed) {
  const Trained model;
  write_file(model.at("rows.csv"), model.table.csv(kInputs));
  expect_failure(1, {"evaluate", "--weights", model.model(), "--data", model.at("rows.csv")},
                 {model.at("rows.csv"), "\"price\""});
}

TEST(Evaluate, AnUnknownClassIsNamedWithItsRow) {
  const Trained model("sold");
  write_file(model.at("rows.csv"), "size,age,colour,sold\n2,1,red,yes\n2,1,red,perhaps\n");
  expect_failure(1, {"evaluate", "--weights", model.model(), "--data", model.at("rows.csv")},
                 {model.at("rows.csv"), "\"perhaps\"", "row 2"});
}

TEST(Predict, ASignalLeavesNoHalfOfAFile) {
  const Trained model;
  auto rows = model.table.csv(kInputs);
  const auto body = rows.substr(rows.find('\n') + 1);
  for (int i = 0; i < 2000; ++i) rows += body;
  write_file(model.at("many.csv"), rows);
  const auto out = model.at("many_answers.csv");
  const auto cut =
      run_tool({"predict", "--weights", model.model(), model.at("many.csv"), "--out", out, "--threads", "1"},
               {.signal_when_writing = out, .signal = SIGTERM});
  EXPECT_EQ(cut.code, 143) << cut.err;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(out).parent_path()))
    EXPECT_FALSE(entry.path().filename().string().starts_with("many_answers")) << entry.path();
}

TEST(Features, AreAsManyAsTheWidth) {
  const Trained model;
  auto loaded = Model::load(model.model());
  const auto expected = loaded.features(loaded.input(read_table(model.at("data.csv"))));
  ASSERT_EQ(expected.sizes(), (std::vector<int64_t>{120, 16}));
  for (const auto* name : {"f.csv", "f.parquet"}) {
    const auto frame = model.features(name);
    ASSERT_EQ(frame.columns.size(), 16u);
    for (int64_t c = 0; c < 16; ++c)
      EXPECT_TRUE(torch::allclose(frame.columns[c].numbers.to(torch::kFloat), expected.select(1, c), 1e-4, 1e-5)) << c;
  }
  model.features("f.safetensors");
  EXPECT_TRUE(
      torch::allclose(*read_safetensors(model.at("f.safetensors")).tensors.find("features"), expected, 1e-4, 1e-5));
  model.features("f.npy");
  const auto bytes = read_file(model.at("f.npy"));
  EXPECT_TRUE(bytes.starts_with("\x93NUMPY"));
  EXPECT_NE(bytes.find("'shape': (120, 16"), std::string::npos);
  const auto numbers =
      torch::from_blob(const_cast<char*>(bytes.data()) + bytes.size() - 120 * 16 * 4, {120, 16}).clone();
  EXPECT_TRUE(torch::allclose(numbers, expected, 1e-4, 1e-5));
}

TEST(Features, AnOutputOfAnotherEndingIsRefused) {
  const Trained model;
  expect_failure(1, {"features", "--weights", model.model(), model.at("data.csv"), "--out", model.at("f.txt")},
                 {"f.txt", ".npy"});
}
