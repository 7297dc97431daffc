// TorchScript files from Python, in predict and in features.
#include <caffe2/serialize/inline_container.h>

#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const std::string kFixtures = RESZOO_FIXTURES;
const Words kNetwork = {"--model",   "tabular_resnet", "--model-kwargs", "numeric=8",      "--model-kwargs",
                        "outputs=3", "--model-kwargs", "blocks=2",       "--model-kwargs", "width=16"};

/// Seven rows of eight numbers.
std::string eight_numbers() {
  std::string text = "a,b,c,d,e,f,g,h\n";
  for (int row = 0; row < 7; ++row)
    for (int column = 0; column < 8; ++column)
      text += fmt::format("{:.2f}{}", (row * 3 + column * 5) % 11 / 5.0 - 1, column < 7 ? "," : "\n");
  return text;
}

ToolResult predict(const std::string& file, const Words& more = {}) {
  return expect_success(Words{"predict", "--weights", kFixtures + "/" + file, "-", "--proba"} + more,
                        {.input = eight_numbers()});
}

}  // namespace

TEST(TorchScript, PredictRunsEachKindOfFile) {
  const auto scripted = predict("rtdl_scripted.pt").out;
  EXPECT_TRUE(scripted.starts_with("\"prediction\",\"probability_0\",\"probability_1\",\"probability_2\"")) << scripted;
  EXPECT_EQ(std::count(scripted.begin(), scripted.end(), '\n'), 8);
  for (const auto* file : {"rtdl_traced.pt", "rtdl_frozen.pt"})
    EXPECT_EQ(predict(file, {"--json"}).json()["predictions"],
              predict("rtdl_scripted.pt", {"--json"}).json()["predictions"])
        << file;
}

TEST(TorchScript, FeaturesTakesTheWeightsIntoANativeNetwork) {
  const TempDir folder;
  const auto out = (folder / "f.npy").string();
  for (const auto* file : {"rtdl_scripted.pt", "rtdl_traced.pt"}) {
    const auto json =
        expect_success(Words{"features", "--weights", kFixtures + "/" + file, "-", "--out", out, "--json"} + kNetwork,
                       {.input = eight_numbers()})
            .json();
    EXPECT_EQ(json["rows"], 7);
    EXPECT_EQ(json["features"], 16);
  }
}

TEST(TorchScript, NativeAndScriptPredictTheSame) {
  EXPECT_EQ(predict("rtdl_scripted.pt", {"--json"}).json()["predictions"],
            predict("rtdl_scripted.pt", kNetwork + Words{"--json"}).json()["predictions"]);
}

TEST(TorchScript, FeaturesOfAScriptNeedTheNameOfItsNetwork) {
  const TempDir folder;
  expect_failure(1,
                 {"features", "--weights", kFixtures + "/rtdl_scripted.pt", "-", "--out", (folder / "f.npy").string()},
                 {"--model"}, {.input = eight_numbers()});
}

TEST(TorchScript, AFrozenFileHasNoWeightsToTake) {
  const TempDir folder;
  expect_failure(
      1,
      Words{"features", "--weights", kFixtures + "/rtdl_frozen.pt", "-", "--out", (folder / "f.npy").string()} +
          kNetwork,
      {"rtdl_frozen.pt", "holds no parameters"}, {.input = eight_numbers()});
}

TEST(TorchScript, OtherOptionsThanTheFilesAreNamed) {
  const TempDir folder;
  const auto refused = run_tool(
      Words{"features", "--weights", kFixtures + "/rtdl_scripted.pt", "-", "--out", (folder / "f.npy").string()} +
          kNetwork + Words{"--model-kwargs", "width=32"},
      {.input = eight_numbers()});
  EXPECT_EQ(refused.code, 1);
  ASSERT_GT(refused.error_lines().size(), 2u) << refused.err;  // a line, and a table of what differs
  EXPECT_NE(refused.error_lines()[0].find("rtdl_scripted.pt: keys do not fit tabular_resnet: "), std::string::npos);
  EXPECT_NE(refused.error_lines()[0].find("; it fits tabular_resnet with "), std::string::npos) << refused.err;
}

TEST(TorchScript, RowsOfAnotherWidthAreRefused) {
  expect_failure(1, {"predict", "--weights", kFixtures + "/rtdl_scripted.pt", "-"},
                 {"rtdl_scripted.pt", "forward failed"}, {.input = "a,b\n1,2\n"});
}

TEST(TorchScript, AFileThatIsNoneIsNamed) {
  const TempDir folder;
  const auto path = (folder / "model.pt").string();
  write_file(path, "this is no model");
  expect_failure(1, {"predict", "--weights", path, "-"}, {path, "is not a weights file"}, {.input = eight_numbers()});
  write_file(path, read_file(kFixtures + "/rtdl_scripted.pt").substr(0, 9000));
  expect_failure(1, {"predict", "--weights", path, "-"}, {path}, {.input = eight_numbers()});
}

// A whole package is of one machine: tests/live/compiled.py makes one.
TEST(Package, OneThatCannotBeLoadedIsRefused) {
  const TempDir folder;
  const auto path = (folder / "model.pt2").string();
  {
    caffe2::serialize::PyTorchStreamWriter writer(path);
    const std::string code = "not a library";
    writer.writeRecord("data/aotinductor/model/model.wrapper.so", code.data(), code.size());
    writer.writeRecord("archive_format", "pt2", 3);
    writer.writeEndOfFile();
  }
  const auto result = run_tool({"predict", "--weights", path, "-"}, {.input = eight_numbers()});
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("is compiled code, which runs with all your rights"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("predict: " + path + ": cannot be loaded as a compiled package"), std::string::npos)
      << result.err;
  expect_failure(1, {"features", "--weights", path, "--model", "resnet18", "-", "--out", (folder / "f.npy").string()},
                 {"is a compiled package, which can be run", "but its weights are not read"},
                 {.input = eight_numbers()});
}
