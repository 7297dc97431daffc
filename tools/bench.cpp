// reszoo-bench: how fast a network answers.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "cli/app.h"
#include "cli/model_options.h"
#include "cli/source.h"
#include "reszoo/base/error.h"
#include "reszoo/infer/peak.h"

using namespace reszoo;
using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

namespace {

struct Arguments {
  cli::SourceOptions source;
  std::vector<int64_t> shape;
  std::string out;
  int64_t batch_size = 1;
  int streams = 1;
  double seconds = 3;
  bool profile = false;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Random numbers of one input: as --input says, else as the network's row.
Tensor input_of(const Arguments& a, const Model* model) {
  auto shape = a.shape;
  if (shape.empty() && !model)
    fail(ErrorKind::usage, "--input: this file does not say what it reads; give its shape, 3,224,224");
  if (shape.empty()) {
    shape = registry().find(model->name).input;
    shape[0] = model->network->input_spec().channels;
  }
  shape.insert(shape.begin(), a.batch_size);
  return torch::rand(shape);
}

/// A network without a file has random weights: they take the same time.
cli::Source open(const Arguments& a, c10::Device device) {
  if (!a.source.weights.empty() || !a.source.pretrained.empty()) return cli::open_source(a.source, device);
  const auto& info = registry().find(a.source.model);
  Model model;
  model.name = info.name;
  model.options = cli::parse_model_options(info, a.source.settings);
  model.network = create_model(info.name, model.options);
  model.network->to(device);
  model.network->eval();
  if (parse_numbers(a.source.fuse.precision) == Numbers::int8) {
    Calibration calibration(model.network);
    calibration.add(input_of(a, &model));
    model.quantization = calibration.result();
  }
  cli::fuse_model(model, a.source.fuse);
  return {.model = std::move(model)};
}

/// Latencies of calls by one thread, in seconds, until the time is over; three at least.
std::vector<double> latencies(cli::Source source, const Tensor& x, double seconds) {
  const c10::InferenceMode inference;
  std::vector<double> each;
  for (const auto begin = Clock::now(); each.size() < 3 || seconds_since(begin) < seconds;) {
    const auto call = Clock::now();
    source.outputs(x);
    each.push_back(seconds_since(call));
  }
  return each;
}

/// Every stream calls the same network with its share of the threads. Returns all latencies and the wall time.
std::pair<std::vector<double>, double> run_streams(const cli::Source& source, const Tensor& x, const Arguments& a) {
  const auto threads = at::get_num_threads();
  std::vector<std::vector<double>> each(static_cast<size_t>(a.streams));
  std::vector<std::thread> streams;
  const auto begin = Clock::now();
  for (size_t i = 0; i < each.size(); ++i)
    streams.emplace_back([&, i] {
      at::set_num_threads(std::max(1, threads / a.streams));
      each[i] = latencies(source, x, a.seconds);
    });
  for (auto& stream : streams) stream.join();
  const auto wall = seconds_since(begin);
  std::vector<double> all;
  for (const auto& of_stream : each) all.insert(all.end(), of_stream.begin(), of_stream.end());
  return {all, wall};
}

double quantile(std::vector<double>& sorted, double q) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(q * static_cast<double>(sorted.size())))];
}

ordered_json profile(const FusedNetwork& fused, const Tensor& x, bool json) {
  const auto peak = peak_multiply_adds() * at::get_num_threads();
  const auto steps = fused.profile(x);
  double total = 0;
  for (const auto& step : steps) total += step.seconds;
  ordered_json lines = ordered_json::array();
  if (!json)
    fmt::print("{:>10}  {:>6}  {:>14}  {:>6}  {:<11}  {:<11}  {}\n", "time, us", "share", "multiply-adds", "peak",
               "kind", "way", "layer");
  for (const auto& step : steps) {
    const auto of_peak = static_cast<double>(step.multiply_adds) / step.seconds / peak;
    if (!json)
      fmt::print("{:>10.1f}  {:>5.1f}%  {:>14}  {:>5.0f}%  {:<11}  {:<11}  {}{}{}\n", step.seconds * 1e6,
                 100 * step.seconds / total, step.multiply_adds, 100 * of_peak, step.kind, step.way, step.key,
                 step.with.empty() ? "" : " + ", fmt::join(step.with, " + "));
    lines.push_back({{"layer", step.key},
                     {"kind", step.kind},
                     {"with", step.with},
                     {"way", step.way},
                     {"output", step.output},
                     {"multiply_adds", step.multiply_adds},
                     {"seconds", step.seconds},
                     {"peak", of_peak}});
  }
  return lines;
}

ordered_json run(const Arguments& a, const cli::Common& common) {
  auto source = open(a, common.use());
  const auto x = input_of(a, source.model ? &*source.model : nullptr);
  const bool fused = source.model && !source.model->fused.empty(), rows = x.dim() == 2;
  const c10::InferenceMode inference;
  source.outputs(x);  // plans, packs weights
  ordered_json result{{"model", source.model ? source.model->name : a.source.weights},
                      {"batch_size", a.batch_size},
                      {"threads", at::get_num_threads()},
                      {"streams", a.streams},
                      {"fused", fused},
                      {"precision", fused ? text_of(source.model->fused.front().numbers()) : "float32"},
                      {"unit", rows ? "rows/s" : "images/s"}};
  if (!a.out.empty()) {
    if (!fused) fail(ErrorKind::usage, "--out: needs a network that is fused");
    source.model->ways = source.model->fused.front().ways(x.sizes().vec());
    source.model->save(a.out);
    result["out"] = a.out;
  }
  if (a.profile) {
    if (!fused) fail(ErrorKind::usage, "--profile: needs a network that is fused");
    result["layers"] = profile(source.model->fused.front(), x, common.json);
    return result;
  }
  auto [each, wall] = run_streams(source, x, a);
  std::sort(each.begin(), each.end());
  const auto batch = static_cast<double>(a.batch_size), streams = static_cast<double>(a.streams);
  result["median"] = streams * batch / quantile(each, 0.5);
  result["best"] = streams * batch / each.front();
  result["mean"] = static_cast<double>(each.size()) * batch / wall;
  result["p99_ms"] = 1e3 * quantile(each, 0.99);
  if (!common.json)
    fmt::print(
        "{}: median {:.1f} {}, best {:.1f}, 99th percentile {:.2f} ms a call (batch {}, {} threads, {} streams, "
        "{}{})\n",
        result["model"].get<std::string>(), result["median"].get<double>(), result["unit"].get<std::string>(),
        result["best"].get<double>(), result["p99_ms"].get<double>(), a.batch_size, at::get_num_threads(), a.streams,
        result["precision"].get<std::string>(), fused ? ", fused" : "");
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  return cli::run_tool(
      argc, argv, common,
      {
          .name = "bench",
          .description = "Measures how fast a network answers",
          .define =
              [&](CLI::App& app) {
                auto& a = arguments;
                cli::add_source_options(app, a.source);
                app.final_callback([&a] {
                  if (a.source.weights.empty() && a.source.pretrained.empty() && a.source.model.empty())
                    throw CLI::RequiredError("--model, --weights or --pretrained");
                });
                app.add_option("--batch-size", a.batch_size, "Rows or images a call")
                    ->check(CLI::PositiveNumber)
                    ->capture_default_str();
                app.add_option("--input", a.shape, "Shape of one input, 3,224,224; else the usual one")->delimiter(',');
                app.add_option("--streams", a.streams, "Calls at once, each with its share of the threads")
                    ->check(CLI::PositiveNumber)
                    ->capture_default_str();
                app.add_option("--seconds", a.seconds, "How long to measure")
                    ->check(CLI::PositiveNumber)
                    ->capture_default_str();
                app.add_option("--out", a.out,
                               "Write a model file with the ways of this run, of --tune above all: they then hold");
                app.add_flag("--profile", a.profile, "Print the time of every layer instead");
              },
          .run = [&] { return run(arguments, common); },
      });
}
