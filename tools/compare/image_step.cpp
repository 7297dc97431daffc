// Our side of compare/image_step.py: seconds of training steps of an image network, one a line.
//   image_step MODEL SIDE CHANNELS BATCH STEPS THREADS fast|plain
#include <chrono>
#include <cstdio>
#include <iostream>

#include "reszoo/base/device.h"
#include "reszoo/base/memory.h"
#include "reszoo/train/trainer.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;

int main(int argc, char** argv) {
  if (argc != 8) return 2;
  const std::string name = argv[1], how = argv[7];
  const int64_t side = std::stoll(argv[2]), channels = std::stoll(argv[3]), batch = std::stoll(argv[4]);
  keep_freed_memory();
  use_threads(std::stoi(argv[6]));
  torch::manual_seed(0);
  auto network = create_model(name, ImageOptions{.outputs = 10, .channels = channels});
  TrainerOptions options{.optimizer = {.kind = OptimizerKind::sgd, .lr = 0.01, .weight_decay = 5e-4, .nesterov = true}};
  options.fast = how == "fast";
  options.channels_last = true;
  const Loss loss = [](const Tensor& outputs, const Tensor& targets) { return torch::cross_entropy_loss(outputs, targets); };
  Trainer trainer(network, loss, {}, options);
  const Batch rows{torch::randn({batch, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast), torch::randint(10, {batch})};
  network->train();
  for (int64_t step = 0; step < std::stoll(argv[5]); ++step) {
    const auto begin = std::chrono::steady_clock::now();
    trainer.train_step(rows, 0.01);
    std::cout << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() << std::endl;
  }
}
