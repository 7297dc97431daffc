// The C++ side of compare/distributed.py: seconds per training step, one step per line, of one of several processes.
//   distributed MODEL BATCH STEPS RANK SIZE PORT
// BATCH is the rows of each process; rank 0 prints.
#include <chrono>
#include <cstdio>
#include <iostream>

#include "reszoo/base/device.h"
#include "reszoo/base/memory.h"
#include "reszoo/distributed/connect.h"
#include "reszoo/train/trainer.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;

namespace {

constexpr int64_t kClasses = 10, kColumns = 54, kSide = 224;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Network network_of(const std::string& name) {
  if (name == "tabular_resnet")
    return create_model(name, TabularOptions{.outputs = kClasses, .numeric = kColumns, .width = 192, .dropout = 0.15});
  return create_model(name, ImageOptions{.outputs = kClasses});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const std::string name = argv[1];
  const int64_t batch = std::stoll(argv[2]), steps = std::stoll(argv[3]);
  const int rank = std::stoi(argv[4]), size = std::stoi(argv[5]);
  const bool table = name == "tabular_resnet";
  retain_freed_memory();
  set_num_threads(1);
  torch::manual_seed(0);
  TrainerOptions options{.epochs = 1, .batch_size = batch * size};
  if (!table) options.optimizer = {.kind = OptimizerKind::sgd, .lr = 0.01, .weight_decay = 5e-4, .nesterov = true};
  options.channels_last = !table;
  if (size > 1)
    options.group = connect({.rank = rank, .size = size, .address = "127.0.0.1", .port = std::stoi(argv[6])},
                            {.backend = "gloo", .interface = "lo"});
  const auto rows = batch * size * (table ? steps : 2);
  auto inputs = table ? torch::randn({rows, kColumns}) : torch::randn({rows, 3, kSide, kSide});
  const Loss loss = [](const Tensor& outputs, const Tensor& targets) {
    return at::cross_entropy_loss(outputs, targets, {}, at::Reduction::None);
  };
  options.epochs = table ? 1 : steps / 2;
  double before = seconds();
  TrainerHooks hooks;
  hooks.on_step = [&](const Progress&) {
    std::cout << seconds() - before << std::endl;
    before = seconds();
  };
  Trainer(network_of(name), loss, {}, options, hooks).fit({inputs, torch::randint(kClasses, {rows})});
}
