#include "reszoo/recipes/image_data.h"

#include "reszoo/recipes/start_model.h"
#include "reszoo/recipes/task_metrics.h"
#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// 60 images of 8 x 8 in memory, dark and light ones.
ImageSplits dark_and_light(int64_t side = 8) {
  std::vector<std::string> labels, names;
  for (int i = 0; i < 60; ++i) {
    labels.push_back(i % 2 == 0 ? "dark" : "light");
    names.push_back(std::to_string(i));
  }
  const auto pixels = std::make_shared<Tensor>(at::empty({60, side, side}, at::kByte));
  for (int64_t i = 0; i < 60; ++i) (*pixels)[i].fill_(i % 2 == 0 ? 30 + i : 170 + i);
  ImageRows rows{.source =
                     [=](int64_t row) {
                       return std::make_unique<InMemoryImage>((*pixels)[row].const_data_ptr<uint8_t>(), side, side, 1);
                     },
                 .targets = {{Column::of_text("label", labels)}},
                 .names = names,
                 .size = std::pair(side, side),
                 .channels = 1};
  return {.train = rows};
}

TrainingRecipe image_recipe() {
  auto recipe = training_recipe("image", 60);
  recipe.trainer.epochs = 2;
  recipe.trainer.batch_size = 16;
  return recipe;
}

}  // namespace

TEST(ImageData, SmallImagesOfOneSizeAreTakenAsTheyAre) {
  const auto parts = dark_and_light();
  EXPECT_EQ(default_image_recipe(parts.train), "image");
  EXPECT_EQ(default_image_recipe(parts.train, /*begins_with_weights=*/true), "finetune");
  EXPECT_EQ(default_image_recipe(dark_and_light(100).train), "torchvision-v1");
  const auto data = make_image_data(parts, image_recipe().image, {.split = {.validation = 0.2}});
  EXPECT_EQ(data.train.rows(), 48);
  EXPECT_EQ(data.validation->rows(), 12);
  EXPECT_FALSE(data.model.image->crop);
  EXPECT_EQ(data.model.image->mean.size(), 1u);
  EXPECT_EQ(data.model.target->task(), Task::binary);
  EXPECT_EQ(data.train.input_shape(), (std::vector<int64_t>{1, 8, 8}));
  EXPECT_EQ(data.images->rows(), 12);
}

TEST(ImageData, TheRecipesSizeBuildsThePreprocessing) {
  auto recipe = image_recipe();
  recipe.image.size = 32;
  const auto data = make_image_data(dark_and_light(), recipe.image);
  EXPECT_EQ(data.model.image->crop, 32);
  EXPECT_EQ(data.train.input_shape(), (std::vector<int64_t>{3, 32, 32}));
}

TEST(ImageData, AModelIsTrainedAndReadAgainToBeginWith) {
  const TempDir folder;
  const auto data = make_image_data(dark_and_light(), image_recipe().image, {.split = {.validation = 0.2}});
  auto fitted = fit(data, image_recipe());
  EXPECT_EQ(fitted.evaluation.monitor.name, "accuracy");
  EXPECT_EQ(evaluate(fitted.model, *data.validation).front().first, "accuracy");
  fitted.model.save(folder / "model.safetensors");
  const auto start = read_start_model(folder / "model.safetensors");
  ASSERT_TRUE(start);
  EXPECT_EQ(start->network, "cifar_resnet20");
  EXPECT_FALSE(start->options.contains("outputs"));
  EXPECT_EQ(start->image->mean, data.model.image->mean);
}

TEST(ImageData, ClassesAreNamedAsTheirFoldersAre) {
  const std::vector<std::string> names{"07", "1", "10", "NA", "none"};
  auto parts = dark_and_light();
  std::vector<std::string> labels;
  for (int i = 0; i < 60; ++i) labels.push_back(names[static_cast<size_t>(i % 5)]);
  parts.train.targets = {{Column::of_text("label", labels)}};
  const auto data = make_image_data(parts, image_recipe().image);
  EXPECT_EQ(data.model.target->classes(), names);
  auto other = parts;
  other.train.targets = {{Column::of_text("label", {"07", "7"})}};
  other.train.names = {"data/07/1.png", "data/7/1.png"};
  expect_error_parts(ErrorKind::input, {"data/7/1.png: its class \"7\" is none of the classes"}, [&] {
    auto both = parts;
    both.validation = other.train;
    make_image_data(both, image_recipe().image);
  });
}

TEST(ImageData, ImagesAreNotPartedByAColumn) {
  expect_error_parts(ErrorKind::usage, {"images", "day"},
                     [] { make_image_data(dark_and_light(), {}, {.split = {.time = "day"}}); });
}
