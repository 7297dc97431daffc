// The C++ side of tabular_step.py: times training steps of tabular_resnet.
//
// Reads lines "SECONDS". For each, it trains for that long and prints the times of the steps in ms as a JSON list.
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <iostream>
#include <string_view>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/train/trainer.h"
#include "reszoo/zoo/registry.h"

namespace {

constexpr int64_t kRows = 65536, kColumns = 54, kClasses = 7;

double milliseconds() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Arguments {
  int64_t width, batch_size, threads;
  int64_t members = 0;
  bool fast = true;
};

Arguments read(int count, char** arguments) {
  Arguments read{
      .width = std::stoll(arguments[1]), .batch_size = std::stoll(arguments[2]), .threads = std::stoll(arguments[3])};
  for (int i = 4; i < count; ++i)
    if (std::string_view(arguments[i]) == "--no-fast") read.fast = false;
    else read.members = std::stoll(arguments[i]);
  return read;
}

reszoo::Trainer make_trainer(const Arguments& of) {
  auto network = reszoo::create_model(
      "tabular_resnet",
      reszoo::TabularOptions{
          .outputs = kClasses, .numeric = kColumns, .width = of.width, .members = of.members, .dropout = 0.15});
  const auto loss = [](const reszoo::Tensor& outputs, const reszoo::Tensor& targets) {
    // Each member of a k-ensemble has its own loss.
    const auto rows = outputs.dim() == 3 ? targets.repeat_interleave(outputs.size(1)) : targets;
    return torch::cross_entropy_loss(outputs.flatten(0, -2), rows);
  };
  return {network, loss, {}, {.batch_size = of.batch_size, .fast = of.fast}};
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 4) {
    fmt::print(stderr, "usage: {} WIDTH BATCH_SIZE THREADS [--no-fast] [MEMBERS]\n", arguments[0]);
    return 2;
  }
  const auto of = read(count, arguments);
  at::set_num_threads(static_cast<int>(of.threads));
  torch::manual_seed(0);
  auto trainer = make_trainer(of);
  const reszoo::Dataset table(torch::randn({kRows, kColumns}), torch::randint(0, kClasses, {kRows}, torch::kLong));
  auto pass = table.shuffled(of.batch_size, 0, 0);
  int64_t taken = 0;
  for (double seconds = 0; std::cin >> seconds;) {
    std::vector<double> times;
    for (const double start = milliseconds(); milliseconds() - start < 1000 * seconds;) {
      // Skips the last, smaller batch of the pass.
      if (taken++ % (pass.size() - 1) == 0) pass = table.shuffled(of.batch_size, 0, 0);
      const double before = milliseconds();
      trainer.train_step(pass.next().value(), 1e-3);
      times.push_back(milliseconds() - before);
    }
    fmt::print("[{:.4f}]\n", fmt::join(times, ", "));
    std::fflush(stdout);
  }
} catch (const reszoo::Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
