// The C++ side of inference.py: a network that waits for its turn, then runs for several seconds.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "memory.h"
#include "reszoo/base/error.h"
#include "reszoo/base/memory.h"
#include "reszoo/base/short_waits.h"
#include "reszoo/infer/predictor.h"

namespace {

using at::Tensor;

struct Options {
  std::string model, weights, quantized;
  int64_t batch = 1, columns = 8;
  int threads = 1;
  bool fused = false, autotune = false, no_winograd = false, int8 = false, bfloat16 = false, profile = false;
};

/// The same input as the other programs: ((i * 7919) % 1000) / 500 - 1.
Tensor input_of(const Options& options, const reszoo::Network& network) {
  const bool maps = network->input_spec().layout == reszoo::Layout::images;
  const std::vector<int64_t> shape = maps
                                         ? std::vector<int64_t>{options.batch, network->input_spec().channels, 224, 224}
                                         : std::vector<int64_t>{options.batch, options.columns};
  auto x = at::empty(shape);
  auto* to = x.mutable_data_ptr<float>();
  for (int64_t i = 0; i < x.numel(); ++i) to[i] = static_cast<float>(i * 7919 % 1000) / 500 - 1;
  return x;
}

void say(const nlohmann::json& line) { std::cout << line << std::endl; }

void print_profile(const reszoo::FusedNetwork& fused, const Tensor& x) {
  for (const auto& step : fused.profile(x, 20))
    fmt::print(stderr, "{:>9.1f} us {:>7.1f} GF/s  {:<12} {:<12} {} {}\n", step.seconds * 1e6,
               2e-9 * static_cast<double>(step.multiply_adds) / step.seconds, step.kind, step.algorithm, step.key,
               fmt::join(step.output, "x"));
}

/// Opens the weights: those of `options.model`, or a model file. Without a file they are random.
reszoo::Model open(const Options& options) {
  nlohmann::json settings = nlohmann::json::object();
  if (options.model.starts_with("tabular")) settings["numeric"] = options.columns;
  if (!options.weights.empty())
    return std::move(*reszoo::open_predictor(options.weights, {.model = options.model, .options = settings}).model());
  reszoo::Model model;
  model.name = options.model;
  model.options = reszoo::options_from_json(reszoo::registry().find(options.model).domain, settings);
  model.networks = {reszoo::create_model(model.name, model.options)};
  return model;
}

/// Writes a model file in int8, calibrated by the input alone.
void quantize(reszoo::Model& model, const Tensor& x, const std::string& path) {
  reszoo::Calibration calibration(model.network());
  calibration.add(x);
  model.quantization = calibration.result();
  model.save(path);
}

void run(const Options& options) {
  reszoo::retain_freed_memory();
  at::set_num_threads(options.threads);
  auto model = open(options);
  model.network()->eval();
  auto& network = model.network();
  const auto x = input_of(options, network);
  if (!options.quantized.empty()) return quantize(model, x, options.quantized);
  const c10::InferenceMode inference;
  std::function<Tensor()> forward = [&] { return network->forward(x); };
  if (options.fused || options.int8 || options.bfloat16) {
    model.fuse({.winograd = !options.no_winograd,
                .autotune = options.autotune,
                .precision = options.bfloat16 ? reszoo::Precision::bfloat16
                             : options.int8   ? reszoo::Precision::int8
                                              : reszoo::Precision::float32});
    const auto fused = model.fused().front();
    forward = [&x, fused] { return fused.forward(x); };
    if (options.profile) print_profile(fused, x);
  }
  const auto first = forward();
  const auto row = first.flatten().slice(0, 0, std::min<int64_t>(8, first[0].numel())).contiguous();
  say({{"outputs", std::vector<float>(row.const_data_ptr<float>(), row.const_data_ptr<float>() + row.numel())}});
  using Clock = std::chrono::steady_clock;
  for (std::string line; std::getline(std::cin, line) && line != "quit";) {
    const auto end = Clock::now() + std::chrono::duration<double>(std::stod(line));
    forward();
    std::vector<double> seconds;
    while (seconds.size() < 3 || Clock::now() < end) {
      const auto begin = Clock::now();
      forward();
      seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    say({{"seconds", seconds}});
  }
  say({{"peak_mb", memory("VmHWM") / 1024.0}});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs a network as tools/compare/inference.py asks for.");
  Options options;
  app.add_option("--model", options.model)->required();
  app.add_option("--weights", options.weights);
  app.add_option("--batch", options.batch);
  app.add_option("--columns", options.columns);
  app.add_option("--threads", options.threads);
  app.add_flag("--fused", options.fused);
  app.add_flag("--autotune", options.autotune);
  app.add_flag("--no-winograd", options.no_winograd);
  app.add_flag("--int8", options.int8, "Needs weights that --quantize wrote");
  app.add_option("--quantize", options.quantized, "Write a model file in int8 and end");
  app.add_flag("--bfloat16", options.bfloat16);
  app.add_flag("--profile", options.profile);
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", reszoo::message_of(error));
    return 1;
  }
}
