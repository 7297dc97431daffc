// The exports of every registered model. The default run covers a few models that together have every building block
// (support/default_rows.h); the label `full` covers every combination of building blocks. A new model with new building
// blocks is tested automatically. tests/live/export.py tests all models.
#include <gtest/gtest.h>
#include <torch/script.h>

#include "cases.h"
#include "onnx_reader.h"
#include "reszoo/export/onnx.h"
#include "reszoo/export/torchscript.h"
#include "reszoo/graph/profile.h"
#include "reszoo/infer/script_model.h"
#include "support/default_rows.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

constexpr int64_t kMostParameters = 30'000'000;  // for larger models only the building blocks are checked

class ExportedRow : public testing::TestWithParam<ExportCase> {};

double difference(const Tensor& found, const Tensor& wanted) {
  return ((found - wanted).abs().max() / wanted.abs().max()).item<double>();
}

}  // namespace

TEST_P(ExportedRow, HasAWriterForEachPartAndAnswersAsTheNetwork) {
  const TempDir folder;
  auto network = GetParam().build_filled();
  EXPECT_EQ(unexportable(network), std::vector<std::string>{});
  if (count_parameters(*network) > kMostParameters) return;
  export_torchscript(network, folder / "network.pt");
  export_onnx(network, folder / "network.onnx");
  const torch::NoGradGuard no_grad;
  network->eval();
  const bool even = needs_even_maps(GetParam());
  const auto input = export_input(GetParam(), network, 1, even ? 64 : 71, even ? 96 : 66);
  const auto wanted = network->forward(input);
  const auto code = torch::jit::load((folder / "network.pt").string()).get_method("forward").graph()->toString();
  EXPECT_EQ(code.find("\"cpu\""), std::string::npos) << "a device is written down, so the file runs nowhere else";
  EXPECT_EQ(code.find("drop"), std::string::npos);
  EXPECT_LE(difference(ScriptModel(folder / "network.pt").forward(input), wanted), 1e-6);
  EXPECT_LE(difference(read_onnx(folder / "network.onnx").run(input), wanted), 2e-5);
}

INSTANTIATE_TEST_SUITE_P(Rows, ExportedRow, testing::ValuesIn(rows_of(split_models().by_default)),
                         [](const auto& item) { return item.param.label; });
INSTANTIATE_TEST_SUITE_P(Full, ExportedRow, testing::ValuesIn(rows_of(split_models().full)),
                         [](const auto& item) { return item.param.label; });
