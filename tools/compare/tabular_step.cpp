// Times steps of training of tabular_resnet: our side of tabular_step.py.
//
// Reads lines "SECONDS" and answers each with the times of the steps that fitted
// in, in ms, as a JSON list.
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

reszoo::Trainer make_trainer(int64_t width, int64_t batch_size, bool fast) {
  auto network = reszoo::create_model(
      "tabular_resnet", reszoo::TabularOptions{.outputs = kClasses, .numeric = kColumns, .width = width, .dropout = 0.15});
  const auto loss = [](const reszoo::Tensor& outputs, const reszoo::Tensor& targets) {
    return torch::cross_entropy_loss(outputs, targets);
  };
  return {network, loss, {}, {.batch_size = batch_size, .fast = fast}};
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 4) {
    fmt::print(stderr, "usage: {} WIDTH BATCH_SIZE THREADS [--no-fast]\n", arguments[0]);
    return 2;
  }
  const int64_t width = std::stoll(arguments[1]), batch_size = std::stoll(arguments[2]);
  at::set_num_threads(std::stoi(arguments[3]));
  torch::manual_seed(0);
  const bool fast = count < 5 || std::string_view(arguments[4]) != "--no-fast";
  auto trainer = make_trainer(width, batch_size, fast);
  const reszoo::TensorBatches table(torch::randn({kRows, kColumns}), torch::randint(0, kClasses, {kRows}, torch::kLong));
  const auto pass = table.shuffled(batch_size, 0, 0);
  int64_t next = 0;
  for (double seconds = 0; std::cin >> seconds;) {
    std::vector<double> times;
    for (const double start = milliseconds(); milliseconds() - start < 1000 * seconds;) {
      const double before = milliseconds();
      trainer.train_step(pass[next++ % (pass.size() - 1)], 1e-3);
      times.push_back(milliseconds() - before);
    }
    fmt::print("[{:.4f}]\n", fmt::join(times, ", "));
    std::fflush(stdout);
  }
} catch (const reszoo::Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
