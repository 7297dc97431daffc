// A number that is not one is never an answer: NaN and infinite weights are refused, and outputs marked row by row.
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "infer/small_model.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/infer/predictor.h"
#include "reszoo/infer/quantize_model.h"
#include "reszoo/infer/unanswered.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/zoo/load_network.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

/// The state of a network with one number replaced.
StateDict spoilt(const Network& network, const std::string& key, double value) {
  StateDict state("key");
  for (const auto& item : state_of(*network)) state.insert(item.key(), item.value().detach().clone());
  state[key].view(-1)[1] = value;
  return state;
}

Model reader(Target target) {
  Model model{.name = "reader"};
  model.target = std::move(target);
  return model;
}

Target fitted(std::vector<double> numbers, Task task, const TargetOptions& more = {}) {
  auto options = more;
  options.task = task;
  return Target::fit(Frame{{Column::of_numbers("y", std::move(numbers))}}, {"y"}, options);
}

}  // namespace

TEST(NonFinite, AModelFileIsNotWrittenUnlessAllowed) {
  const TempDir folder;
  const auto model = small_model();
  model.save(folder / "model");
  const auto before = read_file(folder / "model");
  const auto state = spoilt(model.network(), "layer1.0.bn1.running_var", kNan);
  expect_error_parts(ErrorKind::input,
                     {"model: is not written", "NaN or infinite weights in 1 of its 116 tensors",
                      "1 of 16 numbers in layer1.0.bn1.running_var"},
                     [&] { model.save(folder / "model", state); });
  EXPECT_EQ(read_file(folder / "model"), before);
  model.save(folder / "model", state, /*allow_non_finite=*/true);
  EXPECT_NE(read_file(folder / "model"), before);
}

TEST(NonFinite, WeightsAreRefusedByEveryReader) {
  const TempDir folder;
  auto model = small_model();
  for (const double value : {double{kNan}, double{kInf}, -double{kInf}}) {
    const auto state = spoilt(model.network(), "layer1.0.conv1.weight", value);
    const std::vector<std::string> parts{"NaN or infinite weights in 1 of its 116 tensors",
                                         "1 of 2304 numbers in layer1.0.conv1.weight", "--allow-non-finite"};
    write_pth(folder / "net.pth", state);
    const PredictorOptions options{.model = "cifar_resnet20", .options = {{"outputs", 2}}};
    expect_error_parts(ErrorKind::file, parts, [&] { open_predictor(folder / "net.pth", options); });
    expect_error_parts(ErrorKind::file, parts, [&] { load_weights(model.network(), folder / "net.pth"); });
    model.save(folder / "model", state, /*allow_non_finite=*/true);
    expect_error_parts(ErrorKind::file, parts, [&] { Model::load(folder / "model"); });
    EXPECT_EQ(Model::load(folder / "model", torch::kCPU, {.allow_non_finite = true}).name, "cifar_resnet20");
    load_weights(create_model("cifar_resnet20", ImageOptions{.outputs = 2}), folder / "net.pth",
                 {.allow_non_finite = true});
  }
  EXPECT_TRUE(non_finite(state_of(*model.network())).empty());  // a refused file changes nothing
}

TEST(NonFinite, ANumberThatIsTooLargeForFloatIsRefused) {
  const auto model = small_model();
  auto state = spoilt(model.network(), "fc.bias", 0);
  StateDict wide("key");
  for (const auto& item : state)
    wide.insert(item.key(), item.key() == "fc.bias" ? torch::full({2}, 1e300, torch::kDouble) : item.value());
  expect_error_parts(ErrorKind::file, {"fc.bias"}, [&] { load_state(model.network(), wide, {}, "wide.pth"); });
}

TEST(NonFinite, TensorsThatTheNetworkDoesNotReadDoNotMatter) {
  const auto model = small_model();
  auto state = spoilt(model.network(), "fc.bias", 0);
  state.insert("criterion.weight", torch::full({3}, kNan));
  const auto report = load_state(model.network(), state, {.strict = false});
  EXPECT_EQ(report.ignored, std::vector<std::string>{"criterion.weight"});
}

TEST(NonFinite, APredictionSaysThatThereIsNone) {
  const auto check = [](const Target& target, const Tensor& good) {
    for (const float value : {kNan, kInf, -kInf}) {
      auto outputs = torch::cat({good, good, good});
      outputs[1].view(-1)[0] = value;
      const auto predictions = reader(target).read(outputs);
      EXPECT_TRUE(predictions[0].answered && predictions[2].answered);
      EXPECT_EQ(predictions[0].label, predictions[2].label);
      if (predictions[1].answered) {  // an infinite logit that leaves all probabilities finite
        EXPECT_TRUE(std::isinf(value));
        for (const double p : predictions[1].probabilities) EXPECT_TRUE(std::isfinite(p));
        EXPECT_NE(predictions[1].label, "");
        EXPECT_TRUE(std::isfinite(predictions[1].value));
        continue;
      }
      EXPECT_EQ(predictions[1].label, "");
      EXPECT_TRUE(std::isnan(predictions[1].value));
      for (const double number : predictions[1].values) EXPECT_TRUE(std::isnan(number));
      for (const double p : predictions[1].probabilities) EXPECT_TRUE(std::isnan(p));
    }
  };
  const std::vector<double> numbers{1, 2, 3, 4, 5.5};
  check(fitted(numbers, Task::regression), torch::tensor({{0.5f}}));
  check(fitted(numbers, Task::quantile, {.quantiles = {0.1, 0.5, 0.9}}), torch::tensor({{0.1f, 0.5f, 0.9f}}));
  check(fitted({1, 2, 3, 4, 5}, Task::count), torch::tensor({{0.5f}}));
  check(fitted({0, 1, 1}, Task::binary), torch::tensor({{0.5f, 1.0f}}));
  check(fitted({0, 1, 2}, Task::multiclass), torch::tensor({{0.5f, 1.0f, 0.2f}}));
  check(fitted({0, 1, 2}, Task::ordinal), torch::tensor({{0.5f, -1.0f}}));
  check(fitted({0, 1, 2}, Task::multiclass), torch::tensor({{{0.5f, 1.0f, 0.2f}, {0.1f, 0.3f, 0.2f}}}));  // an ensemble
}

TEST(NonFinite, ACountThatOverflowsIsNone) {
  const auto predictions = reader(fitted({1, 2, 3}, Task::count)).read(torch::tensor({{1.0f}, {800.0f}}));
  EXPECT_NEAR(predictions[0].value, std::exp(1.0), 1e-6);
  EXPECT_FALSE(predictions[1].answered);
}

TEST(NonFinite, ATableHasMissingValues) {
  const Predictor predictor(reader(Target::fit(Column::of_text("class", {"cat", "dog", "owl"}))));
  const auto outputs = torch::tensor({{1.0f, 2.0f, 0.0f}, {kNan, 2.0f, 0.0f}, {3.0f, 2.0f, 0.0f}});
  EXPECT_TRUE(torch::equal(predictor.unanswered(outputs), torch::tensor({false, true, false})));
  const auto table = predictor.table(outputs, /*with_probabilities=*/true);
  for (const auto& column : table.columns)
    EXPECT_TRUE(torch::equal(column.missing(), torch::tensor({false, true, false}))) << column.name;
  EXPECT_EQ(table.columns[0].words[static_cast<size_t>(table.columns[0].codes[2].item<int64_t>())], "cat");
}

TEST(NonFinite, PlainWeightsHaveMissingValuesToo) {
  auto model = small_model();
  model.target.reset();
  const Predictor predictor(std::move(model));
  const auto table = predictor.table(torch::tensor({{1.0f, 2.0f}, {kNan, kNan}}), true);
  EXPECT_TRUE(torch::equal(table.columns[0].missing(), torch::tensor({false, true})));
  EXPECT_TRUE(torch::equal(table.columns[1].missing(), torch::tensor({false, true})));
}

TEST(NonFinite, AnInputThatIsNotFiniteGivesNoAnswerHoweverItIsRun) {
  auto model = small_model();
  auto input = torch::rand({3, 3, 32, 32});
  input[1][0][5][5] = kNan;
  const auto check = [&](const char* how) {
    const auto outputs = model.outputs(input);
    EXPECT_TRUE(torch::equal(unanswered_rows(outputs, model.target), torch::tensor({false, true, false}))) << how;
    EXPECT_FALSE(model.features(input)[1].isfinite().all().item<bool>()) << how;
  };
  check("modules");
  model.fuse();
  check("fused");
  model.unfuse();
  quantize_model(model, {torch::rand({4, 3, 32, 32})});
  model.fuse({.precision = Precision::int8});
  check("int8");
}

TEST(NonFinite, CalibrationNamesWhereTheNumbersAreNone) {
  auto model = small_model();
  auto images = torch::rand({4, 3, 32, 32});
  images[0][0][0][0] = kInf;
  expect_error_parts(ErrorKind::input, {"not finite"}, [&] { quantize_model(model, {images}); });
}

TEST(NonFinite, ANetworkWithoutAHeadPredictsNothing) {
  Model model{.name = "cifar_resnet20", .options = ImageOptions{.outputs = 0}};
  model.networks = {create_model(model.name, model.options)};
  Predictor predictor(std::move(model));
  expect_error(ErrorKind::usage, "predict nothing", [&] { predictor.outputs(torch::rand({2, 3, 32, 32})); });
}
