// Trains on a folder that has one folder of images per class, and writes a model file, its metrics and a report.
// train_images FOLDER EPOCHS OUT
#include <fmt/format.h>

#include "reszoo/recipes/image_data.h"
#include "reszoo/recipes/model_report.h"

using namespace reszoo;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::filesystem::path out = argv[3];
  std::filesystem::create_directories(out);

  const auto images = read_image_splits(argv[1]);
  auto recipe = training_recipe(default_image_recipe(images.train), images.train.rows());  // by image size
  recipe.trainer.epochs = std::stoll(argv[2]);
  const auto data = make_image_data(images, recipe.image, {.split = {.validation = 0.2}});
  auto fitted = fit(data, recipe);

  for (const auto& [name, value] : evaluate(fitted.model, *data.validation)) fmt::print("{} {:.4g}\n", name, value);
  fitted.model.save(out / "model.safetensors");
  write_report(out / "report.html", make_report(fitted, data));
}
