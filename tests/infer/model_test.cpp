// Saving, fusing and predicting with a Model: it saves completely or fails, detects changes after fusing, and predicts
// rows and images of any kind.
#include "reszoo/infer/model.h"
#include "infer/small_model.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "reszoo/nn/surgery.h"
#include "reszoo/weights/model_file.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

void expect_not_saved(const std::function<void(Model&)>& change, const std::vector<std::string>& parts) {
  const TempDir folder;
  auto model = small_model();
  change(model);
  expect_error_parts(ErrorKind::usage, parts, [&] { model.save(folder / "m"); });
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

/// A user-defined network of two linear layers.
Network own_network(int64_t outputs) {
  return Network(NetworkParts{.name = "own",
                              .input = {Layout::features, 3},
                              .body = {{"first", nn::Linear(3, 4)}, {"relu", nn::ReLU()}},
                              .pool = {},
                              .head = {"fc", nn::Linear(4, outputs)},
                              .classifier = "fc"});
}

/// A model of a price by one column with gaps.
Model small_table_model() {
  std::vector<Row> rows;
  for (int i = 0; i < 40; ++i) {
    Row row{{"since", 100.0 + i}, {"price", 3.0 * i}};
    if (i % 4 == 0) row["since"] = {};
    rows.push_back(row);
  }
  const auto table = frame_of(rows);
  Model model{.name = "tabular_mlp"};
  model.table = TablePreprocess::fit(table, "price");
  model.target = Target::fit(table.at("price"), Task::regression);
  model.options = TabularOptions{
      .outputs = model.target->outputs(), .numeric = model.table->numeric_count(), .blocks = 1, .width = 16};
  model.networks = {create_model(model.name, model.options)};
  fill_module(*model.network());
  return model;
}

std::vector<uint8_t> grey_ramp(int64_t height, int64_t width) {
  std::vector<uint8_t> bytes(static_cast<size_t>(height * width * 3));
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 7);
  return bytes;
}

}  // namespace

TEST(Model, SavesNoNetworkThatItsOptionsDoNotBuild) {
  const std::string saved = "cifar_resnet20: cannot be saved as a model file";
  expect_not_saved([](Model& m) { replace_module(m.network(), "layer1.0.relu1", nn::GELU()); },
                   {saved, "layer1.0.relu1 is torch::nn::GELU()", "its options build torch::nn::ReLU()"});
  expect_not_saved(
      [](Model& m) { replace_module(m.network(), "layer2.0.bn1", nn::GroupNorm(nn::GroupNormOptions(4, 32))); },
      {saved, "layer2.0.bn1 is torch::nn::GroupNorm(4, 32"});
  expect_not_saved(
      [](Model& m) { replace_module(m.network(), "bn1", nn::BatchNorm2d(nn::BatchNorm2dOptions(16).eps(1e-3))); },
      {saved, "bn1 is torch::nn::BatchNorm2d(16, eps=0.001"});
  expect_not_saved([](Model& m) { m.network()->replace_head(nn::Linear(64, 3)); }, {saved, "fc is ", "out_features=3"});
  expect_not_saved([](Model& m) { m.network()->replace_head(nn::Identity()); }, {saved, "fc is "});
  expect_not_saved([](Model& m) { m.options = ImageOptions{.outputs = 3}; }, {saved, "fc is "});
  expect_not_saved([](Model& m) { m.networks.push_back(create_model("cifar_resnet32", m.options)); },
                   {saved, "the network is Network cifar_resnet32"});
  expect_not_saved([](Model& m) { m.name = "nothing"; }, {"nothing: cannot be saved", "registry().add"});
  expect_not_saved([](Model& m) { m.networks.clear(); }, {"cifar_resnet20: has no network yet"});
}

TEST(Model, TellsGelusApart) {
  const TempDir folder;
  const ImageOptions options{.outputs = 2, .activation = Activation::parse("gelu")};
  auto model = small_model(options);
  model.save(folder / "m");
  replace_module(model.network(), "layer1.0.relu1", nn::GELU(nn::GELUOptions().approximate("tanh")));
  expect_error(ErrorKind::usage, "layer1.0.relu1 is torch::nn::GELU() approximate=tanh",
               [&] { model.save(folder / "m"); });
}

TEST(Model, SavesOtherWeightsOnlyIfTheyAreTheNetworks) {
  const TempDir folder;
  const auto model = small_model();
  StateDict weights("key");
  for (const auto& item : state_of(*model.network())) weights.insert(item.key(), torch::zeros_like(item.value()));
  model.save(folder / "m", weights);
  EXPECT_EQ(state_of(*Model::load(folder / "m").network())["fc.weight"].abs().sum().item<float>(), 0);
  auto lacking = weights;
  lacking.erase("fc.bias");
  expect_error(ErrorKind::usage, "cifar_resnet20: the weights to save lack fc.bias",
               [&] { model.save(folder / "m", lacking); });
  weights["fc.bias"] = torch::zeros(3);
  expect_error(ErrorKind::usage, "have fc.bias of the shape (3), not (2)", [&] { model.save(folder / "m", weights); });
}

TEST(Model, ANetworkOfOnesOwnIsSavedOnceItIsRegistered) {
  const TempDir folder;
  Model model{.name = "own_test_network", .options = TabularOptions{.outputs = 2}, .networks = {own_network(2)}};
  expect_error(ErrorKind::usage,
               "own_test_network: cannot be saved as a model file, for no model of that name is registered",
               [&] { model.save(folder / "m"); });
  registry().add({.name = "own_test_network",
                  .domain = Domain::tabular,
                  .accepted_options = {"outputs"},
                  .build = [](const ModelOptions& options) {
                    return own_network(std::get<TabularOptions>(options).outputs.value_or(1));
                  }});
  model.save(folder / "m");
  auto loaded = Model::load(folder / "m");
  const auto x = uniform("x", {5, 3});
  EXPECT_TRUE(torch::equal(loaded.outputs(x), model.outputs(x)));
  auto file = read_model_file(folder / "m");
  file.card["model"] = "another_network";
  write_model_file(folder / "other", file.card, file.tensors);
  expect_error(ErrorKind::file, "is of the model \"another_network\", which is not registered",
               [&] { Model::load(folder / "other"); });
}

TEST(Model, IsNeverStaleOnceFused) {
  auto model = small_model();
  const auto x = uniform("x", {2, 3, 32, 32});
  const torch::NoGradGuard no_grad;
  const auto expect_current = [&] {
    EXPECT_TRUE(at::allclose(model.outputs(x), model.network()->forward(x), 1e-3, 1e-4));
  };
  const auto expect_stale = [&] {
    expect_error(ErrorKind::usage, "cifar_resnet20: a network was changed after fuse()", [&] { model.outputs(x); });
    expect_error(ErrorKind::usage, "call fuse() again", [&] { model.features(x); });
  };
  EXPECT_TRUE(model.fused().empty());
  model.fuse();
  EXPECT_EQ(model.fused().size(), 1u);
  expect_current();
  auto copy = model;
  replace_module(model.network(), "layer1.0.relu1", nn::SiLU());
  expect_stale();
  expect_error(ErrorKind::usage, "was changed after fuse()", [&] { copy.outputs(x); });  // it shares the network
  model.fuse();
  expect_current();
  model.network()->named_parameters()["fc.bias"].add_(1);
  expect_stale();
  model.unfuse();
  expect_current();
  model.fuse();
  model.network()->to(torch::kDouble);
  expect_stale();
  model = small_model();
  model.fuse();
  model.networks = {deep_copy(model.network())};
  expect_stale();
  model.networks.clear();
  expect_stale();
}

TEST(Model, PredictsImagesInMemoryOpenedAndMany) {
  auto model = small_model();
  const auto large = grey_ramp(40, 60), small = grey_ramp(32, 32);
  const ImageView view{.data = large.data(), .height = 40, .width = 60};
  const InMemoryImage opened(large.data(), 40, 60, 3);
  const auto one = model.predict(view);
  EXPECT_EQ(one.probabilities.size(), 2u);
  EXPECT_EQ(model.predict(opened).probabilities, one.probabilities);
  std::vector<ImageView> views(40, view);
  views[1] = {.data = small.data(), .height = 32, .width = 32};
  std::vector<std::unique_ptr<LazyImage>> images;
  for (const auto& each : views)
    images.push_back(std::make_unique<InMemoryImage>(each.data, each.height, each.width, 3));
  const auto of_views = model.predict(views), of_images = model.predict(images);
  ASSERT_EQ(of_views.size(), views.size());
  ASSERT_EQ(of_images.size(), views.size());
  for (size_t i = 0; i < views.size(); ++i) {
    const auto expected = model.predict(views[i]);
    EXPECT_EQ(of_views[i].label, expected.label);
    EXPECT_NEAR(of_views[i].probabilities[0], expected.probabilities[0], 1e-5);
    EXPECT_EQ(of_images[i].probabilities, of_views[i].probabilities);
  }
  model.image = ImagePreprocess{};  // images keep their sizes
  EXPECT_EQ(model.predict(views).size(), views.size());
  EXPECT_TRUE(model.predict(std::vector<ImageView>{}).empty());
  views[3] = {};
  EXPECT_THROW(model.predict(views), Error);
  expect_error(ErrorKind::usage, "cifar_resnet20: reads images, got rows of a table", [&] {
    model.predict(Row{{"a", 1}});
  });
}

TEST(Model, BackgroundRowsAreKeptAndCheckedInTheFile) {
  const TempDir folder;
  auto model = small_table_model();
  EXPECT_FALSE(model.background.defined());
  model.save(folder / "without");
  EXPECT_FALSE(Model::load(folder / "without").background.defined());
  model.background = torch::rand({3, std::ssize(model.table->columns())});
  model.save(folder / "with");
  EXPECT_TRUE(torch::equal(Model::load(folder / "with").background, model.background));
  model.background = torch::rand({3, 7});
  model.save(folder / "other");
  expect_error_parts(ErrorKind::file, {"other: background: must be float32 rows of 2 columns, got shape=3x7"},
                     [&] { Model::load(folder / "other"); });
}

TEST(Model, AnEmptyValueOfARowIsMissing) {
  auto model = small_table_model();
  const auto missing = model.predict(Row{{"since", {}}}).value;
  EXPECT_EQ(model.predict(Row{{"since", std::nullopt}}).value, missing);
  EXPECT_EQ(model.predict(Row{{"since", std::optional<double>()}}).value, missing);
  EXPECT_EQ(model.predict(Row{{"since", std::numeric_limits<double>::quiet_NaN()}}).value, missing);
  EXPECT_EQ(model.predict(Row{{"since", ""}}).value, missing);
  EXPECT_NE(model.predict(Row{{"since", 0.0}}).value, missing);
  const std::vector<Row> two{{{"since", {}}}, {{"since", 120}}};
  const auto many = model.predict(two);
  ASSERT_EQ(many.size(), 2u);
  EXPECT_NEAR(many[0].value, missing, 1e-5);
  EXPECT_NEAR(model.predict(frame_of(two))[1].value, many[1].value, 1e-5);
}
