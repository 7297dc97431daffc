// The C++ side of tabular_step.py: times training steps of tabular_resnet.
//
// Reads lines "SECONDS". For each, it trains for that long and prints the times of the steps in ms as a JSON list. With
// --cpu they are those of the processor, which other programs disturb less.
//
// --table NUMBERS:CARDINALITY,... times the steps of `--recipe auto` on a table with these columns.
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <ctime>
#include <iostream>
#include <sstream>
#include <string_view>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/bins.h"
#include "reszoo/train/exponential_moving_average.h"
#include "reszoo/train/trainer.h"
#include "reszoo/zoo/registry.h"

namespace {

constexpr int64_t kRows = 65536, kColumns = 54, kClasses = 7;

double milliseconds(bool of_processor = false) {
  if (of_processor) {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
  }
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Arguments {
  int64_t width, batch_size, threads;
  int64_t members = 0;
  bool fast = true, cpu = false;
  int64_t numbers = 0;  // of --table
  std::vector<int64_t> cardinalities = {};
};

void read_table(const std::string& text, Arguments& to) {
  std::istringstream in(text);
  in >> to.numbers;
  for (int64_t cardinality = 0; in.ignore() && in >> cardinality;) to.cardinalities.push_back(cardinality);
}

Arguments read(int count, char** arguments) {
  Arguments read{
      .width = std::stoll(arguments[1]), .batch_size = std::stoll(arguments[2]), .threads = std::stoll(arguments[3])};
  for (int i = 4; i < count; ++i)
    if (const std::string_view argument = arguments[i]; argument == "--no-fast") read.fast = false;
    else if (argument == "--cpu") read.cpu = true;
    else if (argument == "--table" && i + 1 < count) read_table(arguments[++i], read);
    else read.members = std::stoll(arguments[i]);
  return read;
}

/// Draws rows; categories follow the numbers.
torch::Tensor make_rows(const Arguments& of) {
  if (of.numbers == 0 && of.cardinalities.empty()) return torch::randn({kRows, kColumns});
  std::vector<torch::Tensor> columns{torch::randn({kRows, of.numbers})};
  for (const auto cardinality : of.cardinalities) columns.push_back(torch::randint(cardinality, {kRows, 1}));
  return torch::cat(columns, 1);
}

reszoo::TabularOptions options_of(const Arguments& of, const torch::Tensor& rows) {
  if (of.numbers == 0 && of.cardinalities.empty())
    return {.outputs = kClasses, .numeric = kColumns, .width = of.width, .members = of.members, .dropout = 0.15};
  return {.outputs = kClasses,
          .numeric = of.numbers,
          .cardinalities = of.cardinalities,
          .numeric_embedding = reszoo::parse_embedding("piecewise"),
          .numeric_width = 16,
          .bins = reszoo::quantile_bins(rows.narrow(1, 0, of.numbers), 48),
          .blocks = 2,
          .width = of.width,
          .members = of.members > 0 ? of.members : 16,
          .hidden_factor = 1,
          .dropout = 0.1};
}

reszoo::Trainer make_trainer(const Arguments& of, const torch::Tensor& rows) {
  auto network = reszoo::create_model("tabular_resnet", options_of(of, rows));
  const auto loss = [](const reszoo::Tensor& outputs, const reszoo::Tensor& targets) {
    // Each member of a k-ensemble has its own loss.
    const auto rows = outputs.dim() == 3 ? targets.repeat_interleave(outputs.size(1)) : targets;
    return torch::cross_entropy_loss(outputs.flatten(0, -2), rows);
  };
  return {network, loss, {}, {.batch_size = of.batch_size, .max_grad_norm = 1, .fast = of.fast}};
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 4) {
    fmt::print(stderr,
               "usage: {} WIDTH BATCH_SIZE THREADS [--no-fast] [--cpu] [--table NUMBERS:CARDINALITY,...] [MEMBERS]\n",
               arguments[0]);
    return 2;
  }
  const auto of = read(count, arguments);
  at::set_num_threads(static_cast<int>(of.threads));
  torch::manual_seed(0);
  const auto rows = make_rows(of);
  auto trainer = make_trainer(of, rows);
  reszoo::ExponentialMovingAverage average(*trainer.model().ptr(), 0.99);
  const reszoo::Dataset table(rows, torch::randint(0, kClasses, {kRows}, torch::kLong));
  auto pass = table.shuffled(of.batch_size, 0, 0);
  int64_t taken = 0;
  for (double seconds = 0; std::cin >> seconds;) {
    std::vector<double> times;
    for (const double start = milliseconds(); milliseconds() - start < 1000 * seconds;) {
      // Skips the last, smaller batch of the pass.
      if (taken++ % (pass.size() - 1) == 0) pass = table.shuffled(of.batch_size, 0, 0);
      const double before = milliseconds(of.cpu);
      trainer.train_step(pass.next().value(), 1e-3);
      average.update(taken);
      times.push_back(milliseconds(of.cpu) - before);
    }
    fmt::print("[{:.4f}]\n", fmt::join(times, ", "));
    std::fflush(stdout);
  }
} catch (const reszoo::Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
