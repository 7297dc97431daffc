#include "reszoo/recipes/input_batches.h"

#include <fstream>
#include <sstream>

#include "reszoo/data/encode.h"
#include "reszoo/data/table.h"
#include "reszoo/recipes/table_data.h"
#include "reszoo/weights/pth.h"
#include "support/sample_image.h"
#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

Model small_model() {
  const auto data = make_table_data(training_rows(), {.target = {"y"}, .preprocess = {.ignore = {"mood", "w"}}});
  return fit(data, small_recipe(1)).model;
}

}  // namespace

TEST(InputBatches, ATableComesAsTheModelReadsIt) {
  const TempDir folder;
  const auto table = training_rows();
  auto model = small_model();
  model.save(folder / "model.safetensors");
  write_table(folder / "rows.parquet", table);
  auto predictor = open_predictor(folder / "model.safetensors");
  std::vector<Tensor> outputs;
  TableWriter out(folder / "out.csv");
  for_each_batch(predictor, folder / "rows.parquet", {.keep = {"w"}}, [&](const InputBatch& batch) {
    outputs.push_back(predictor.outputs(batch.input));
    out.write(predictor.table(outputs.back()), batch.kept);
  });
  out.finish();
  EXPECT_TRUE(torch::equal(torch::cat(outputs), model.outputs(model.input(table))));
  const auto written = read_table(folder / "out.csv");
  EXPECT_EQ(written.rows(), 300);
  EXPECT_EQ(written.columns.front().name, "w");
  EXPECT_FALSE(holds_images(folder / "rows.parquet"));
}

TEST(InputBatches, AStreamIsReadAsATable) {
  Predictor predictor = small_model();
  std::istringstream stream("a,b\n0.5,x\n-1,y\n");
  int64_t rows = 0;
  for_each_batch(predictor, stream, "stdin", {}, [&](const InputBatch& batch) { rows += batch.input.size(0); });
  EXPECT_EQ(rows, 2);
  std::istringstream wrong("a\n0.5\n");
  expect_error_parts(ErrorKind::input, {"stdin", "b"},
                     [&] { for_each_batch(predictor, wrong, "stdin", {}, [](auto&) {}); });
}

TEST(InputBatches, ListedImagesAreThoseOfTheirFolder) {
  torch::manual_seed(0);
  Model model{.name = "cifar_resnet20", .options = ImageOptions{}, .networks = {create_model("cifar_resnet20")}};
  model.image = ImagePreprocess{.resize = 32, .crop = 32};
  const Predictor predictor(std::move(model));
  const TempDir folder;
  for (const auto* name : {"a.png", "b.png", "c.png"})
    std::ofstream(folder / name) << encode_png(pixels_of(sample_image(40, 36, 3)));
  std::vector<Tensor> inputs[2];
  std::vector<std::string> names;
  for_each_batch(predictor, folder.path(), {}, [&](const InputBatch& batch) {
    inputs[0].push_back(batch.input);
    names.insert(names.end(), batch.images.begin(), batch.images.end());
  });
  const auto listed = images_in_files({names.begin(), names.end()});
  for_each_batch(predictor, listed, {}, [&](const InputBatch& batch) { inputs[1].push_back(batch.input); });
  ASSERT_EQ(names.size(), 3u);
  EXPECT_TRUE(torch::equal(torch::cat(inputs[0]), torch::cat(inputs[1])));
}

TEST(Predictor, WeightsAreOfTheNetworkThatIsNamedOrThatTheyFit) {
  const TempDir folder;
  torch::manual_seed(0);
  auto network = create_model("cifar_resnet20", ImageOptions{.outputs = 3});
  write_pth(folder / "weights.pth", state_of(*network));
  write_pth(folder / "strange.pth", StateDict({{"theirs.weight", torch::ones({2})}}));
  expect_error_parts(ErrorKind::usage, {"strange.pth", "fits no registered model"},
                     [&] { open_predictor(folder / "strange.pth"); });
  auto predictor = open_predictor(folder / "weights.pth", {.model = "cifar_resnet20", .options = {{"outputs", 3}}});
  EXPECT_EQ(open_predictor(folder / "weights.pth").model()->name, "cifar_resnet20");
  network->eval();
  const auto x = torch::rand({2, 3, 32, 32});
  const auto outputs = predictor.outputs(x);
  EXPECT_TRUE(torch::allclose(outputs, network->forward(x)));
  EXPECT_EQ(predictor.features(x).size(1), 64);
  EXPECT_EQ(predictor.classes(outputs), (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(predictor.table(outputs, true).columns.size(), 4u);
  EXPECT_EQ(predictor.image_preprocess().channels, 3);
}
