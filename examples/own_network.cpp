// Trains your own network on your own images, which worker threads augment at random. The images, horizontal and
// vertical stripes, are in memory. For files, open_files(paths) of reszoo::data is such a source.
#include <fmt/format.h>

#include "reszoo/nn/residual_block.h"
#include "reszoo/preprocess/image_transform.h"
#include "reszoo/train/trainer.h"

using namespace reszoo;

int main() {
  torch::manual_seed(0);
  const int64_t count = 300, side = 12;
  const auto labels = torch::arange(count) % 2;
  const auto lying = (torch::arange(side) + torch::randint(4, {count, 1, 1})).remainder(4).lt(2);
  const auto stripes = torch::where(labels.view({-1, 1, 1}) == 1, lying.transpose(1, 2), lying);
  const auto pixels = (stripes * 60 + torch::randint(190, {count, side, side})).to(torch::kUInt8).contiguous();
  const auto rows = [&](int64_t first, int64_t last) {
    const ImageSource source = [=](int64_t row) {
      return std::make_unique<InMemoryImage>(pixels[first + row].const_data_ptr<uint8_t>(), side, side, 1);
    };
    const ImageTransform change{.preprocess = {.channels = 1, .mean = {0.5}, .std = {0.25}},
                                .crop = RandomCrop::parse("padded:1"),
                                .augment = {.flip = 0.5, .erase = 0.2}};
    const auto images = image_examples(source, last - first, change, side, side);
    return Dataset(images, labels.slice(0, first, last), {.workers = 2});
  };
  const auto convolution = [](int64_t in, int64_t out) { return nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1)); };
  const nn::Sequential branch(convolution(8, 8), nn::BatchNorm2d(8), nn::ReLU());
  nn::Sequential network(convolution(1, 8), nn::ReLU(), residual(branch), nn::AdaptiveAvgPool2d(1), nn::Flatten(),
                         nn::Linear(8, 2));
  const auto loss = [](const Tensor& output, const Tensor& target) { return at::cross_entropy_loss(output, target); };
  const auto measure = [](const Tensor& outputs, const Tensor& targets) {
    return Metrics{{"accuracy", accuracy(outputs.argmax(1), targets)}};
  };
  const TrainerOptions options{.epochs = 6, .batch_size = 20, .optimizer = {.lr = 1e-2}};
  Trainer trainer(network, loss, {.metrics = measure, .monitor = {.greater_is_better = true}}, options);
  const auto result = trainer.fit(rows(0, 240), rows(240, 300));
  fmt::print("accuracy {:.2f} in epoch {}\n", result.best_metrics.front().second, result.best_epoch);
}
