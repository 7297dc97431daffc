// Answers requests in memory with reszoo::core only: a table row as named values, and an image as bytes. The model
// files are written by this program with untrained networks; `train` writes such files with trained ones. Argument: the
// folder for the files.
#include <fmt/format.h>

#include "reszoo/infer/model.h"

using namespace reszoo;

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
  torch::manual_seed(0);

  const auto table = frame_of({{{"carat", 0.3}, {"cut", "Ideal"}, {"price", 500.0}},
                               {{"carat", 0.7}, {"cut", "Good"}, {"price", 2400.0}},
                               {{"carat", 1.5}, {"cut", "Ideal"}, {"price", 11000.0}}});
  Model rows{.name = "tabular_resnet"};
  rows.table = TablePreprocess::fit(table, "price");
  rows.target = Target::fit(table.at("price"), Task::regression);
  rows.options = TabularOptions{.outputs = rows.target->outputs(),
                                .numeric = rows.table->numeric_count(),
                                .cardinalities = rows.table->cardinalities(),
                                .blocks = 1,
                                .width = 16};
  rows.networks = {create_model(rows.name, rows.options)};
  rows.save(folder / "diamonds.safetensors");

  auto diamonds = Model::load(folder / "diamonds.safetensors");
  fmt::print("price {:.0f}\n", diamonds.predict(Row{{"carat", 0.5}, {"cut", "Ideal"}}).value);

  Model images{.name = "cifar_resnet20", .options = ImageOptions{.outputs = 2}};
  images.image = ImagePreprocess{.resize = 32, .crop = 32, .mean = {0.5, 0.5, 0.5}, .std = {0.25, 0.25, 0.25}};
  images.target = Target::fit(Column::of_text("class", {"cat", "dog"}));
  images.networks = {create_model(images.name, images.options)};
  images.save(folder / "pets.safetensors");

  const std::vector<uint8_t> bytes(40 * 60 * 3, 128);  // height x width x RGB
  auto pets = Model::load(folder / "pets.safetensors");
  const auto prediction = pets.predict(ImageView{.data = bytes.data(), .height = 40, .width = 60});
  fmt::print("class {} of {}\n", prediction.label, prediction.probabilities.size());
}
