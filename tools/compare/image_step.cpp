// The C++ side of compare/image_step.py: seconds per training step of an image network, one step per line.
//   image_step MODEL SIDE CHANNELS BATCH STEPS THREADS fast|plain float32|bfloat16 [FOLDER]
// All steps use the same batch of noise. With a folder of class folders, each step waits for a batch of its images,
// which a thread decodes and augments ahead of time.
#include <chrono>
#include <cstdio>
#include <iostream>

#include "reszoo/base/device.h"
#include "reszoo/base/memory.h"
#include "reszoo/base/precision.h"
#include "reszoo/base/short_waits.h"
#include "reszoo/data/image_files.h"
#include "reszoo/preprocess/image_transform.h"
#include "reszoo/train/trainer.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;

namespace {

Dataset images_of(const char* folder, int64_t side) {
  auto preprocess = imagenet_preprocess();
  preprocess.crop = side;
  const ImageTransform transform{preprocess, RandomCrop::parse("resized"), {.flip = 0.5}};
  const auto files = read_class_folders(folder);
  const auto count = static_cast<int64_t>(files.paths.size());
  return {image_examples(open_files(files.paths), count, transform), torch::arange(count).remainder(10)};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9 && argc != 10) return 2;
  const std::string name = argv[1], how = argv[7];
  const int64_t side = std::stoll(argv[2]), channels = std::stoll(argv[3]), batch = std::stoll(argv[4]);
  retain_freed_memory();
  set_num_threads(std::stoi(argv[6]));
  torch::manual_seed(0);
  auto network = create_model(name, ImageOptions{.outputs = 10, .channels = channels});
  TrainerOptions options{.optimizer = {.kind = OptimizerKind::sgd, .lr = 0.01, .weight_decay = 5e-4, .nesterov = true}};
  options.fast = how == "fast";
  options.channels_last = true;
  options.precision = parse_precision(argv[8]);
  const Loss loss = [](const Tensor& outputs, const Tensor& targets) {
    return torch::cross_entropy_loss(outputs, targets);
  };
  Trainer trainer(network, loss, {}, options);
  const Batch noise{torch::randn({batch, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast),
                    torch::randint(10, {batch})};
  const auto data = argc == 10 ? std::optional(images_of(argv[9], side)) : std::nullopt;
  auto pass = data ? std::optional(data->shuffled(batch, 0, 0)) : std::nullopt;
  network->train();
  for (int64_t step = 0; step < std::stoll(argv[5]); ++step) {
    const auto begin = std::chrono::steady_clock::now();
    trainer.train_step(pass ? pass->next().value() : noise, 0.01);
    std::cout << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() << std::endl;
  }
}
