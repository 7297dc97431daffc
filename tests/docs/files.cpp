// Writes the files that the short pages of docs/howto and docs/tutorials read. files ROOT FOLDER
//
// Tables are rows of examples/data, images are parts of the photographs in tests/reference. Weights are random, as
// those that others have published cannot be downloaded in a test.
#include <fmt/format.h>

#include "reszoo/all.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/data/encode.h"

using namespace reszoo;

namespace {

/// Parts of a photograph, as the images of a class.
void write_parts(const std::filesystem::path& photo, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const auto image = open_image(photo);
  for (int64_t i = 0; i < 16; ++i) {
    const int64_t top = i / 4 * ((image->height() - 96) / 4), left = i % 4 * ((image->width() - 96) / 4);
    const auto part = image->read({.top = top, .left = left, .height = 96, .width = 96});
    write_file(folder / fmt::format("{:02}.png", i), encode_png(part));
  }
}

void write_tables(const std::filesystem::path& root, const std::filesystem::path& folder) {
  const auto all = read_table((root / "examples/data/diamonds.csv.gz").string());
  const auto rows = take_rows(all, torch::arange(0, all.rows(), all.rows() / 1500).slice(0, 0, 1500));
  write_table(folder / "diamonds.csv", rows);
  write_table(folder / "later.csv", take_rows(all, torch::arange(7, all.rows(), 270)));
  auto fresh = take_rows(all, torch::arange(1, 4));
  std::erase_if(fresh.columns, [](const Column& column) { return column.name == "price"; });
  write_table(folder / "new.csv", fresh);

  const auto data = make_table_data(rows, TableDataOptions{.target = {"price"}});
  auto recipe = training_recipe("paper", data.train.rows());
  recipe.trainer.epochs = 3;
  fit(data, recipe).model.save(folder / "model.safetensors");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::filesystem::path root = argv[1], folder = argv[2];
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(root / "tests/reference/photos/china.jpg", folder / "photo.jpg");
  write_parts(root / "tests/reference/photos/flower.jpg", folder / "photos/flower");
  write_parts(root / "tests/reference/photos/china.jpg", folder / "photos/temple");
  write_tables(root, folder);

  const auto small = create_model("resnet18");
  write_pth(folder / "resnet18.pth", state_of(*small));
  export_torchscript(small, folder / "resnet18.pt");
  write_pth(folder / "resnet50.pth", state_of(*create_model("resnet50")));
}
