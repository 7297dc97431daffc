// reszoo-bench: measures the speed of a network.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <iostream>

#include "cli/app.h"
#include "cli/model_options.h"
#include "cli/predictor_options.h"
#include "cli/profile_table.h"
#include "reszoo/base/error.h"
#include "reszoo/infer/latency.h"

using namespace reszoo;
using nlohmann::ordered_json;

namespace {

struct Arguments {
  cli::PredictorFlags predictor;
  std::vector<int64_t> shape;
  std::string out;
  int64_t batch_size = 1, streams = 1;
  double seconds = 3;
  bool profile = false;
};

/// A batch of random inputs of the shape --input-size, or of the network's usual shape.
Tensor input_of(const Arguments& a, const Model* model) {
  auto shape = a.shape;
  if (shape.empty()) {
    if (!model) fail(ErrorKind::usage, "--input-size: give the input shape, 3,224,224: this file does not name it");
    shape = registry().find(model->name).input;
    shape[0] = model->network()->input_spec().channels;
  }
  shape.insert(shape.begin(), a.batch_size);
  return torch::rand(shape);
}

/// Opens the weights. Without a file the weights are random, which takes the same time.
Predictor open(const Arguments& a, c10::Device device) {
  if (!a.predictor.weights.empty() || !a.predictor.pretrained.empty()) return cli::open(a.predictor, device);
  const auto& info = registry().find(a.predictor.model);
  Model model;
  model.name = info.name;
  model.options = options_from_json(info.domain, cli::parse_settings(a.predictor.settings));
  model.networks = {create_model(info.name, model.options)};
  model.network()->to(device);
  model.network()->eval();
  if (parse_precision(a.predictor.fuse.precision) == Precision::int8) {
    Calibration calibration(model.network());
    calibration.add(input_of(a, &model));
    model.quantization = calibration.result();
  }
  cli::fuse_model(model, a.predictor.fuse);
  return model;
}

void add_latencies(ordered_json& result, const Latencies& calls, const Arguments& a) {
  const auto batch = static_cast<double>(a.batch_size), at_once = batch * static_cast<double>(a.streams);
  result["median"] = at_once / calls.quantile(0.5);
  result["best"] = at_once / calls.seconds.front();
  result["mean"] = static_cast<double>(calls.seconds.size()) * batch / calls.wall;
  result["p99_ms"] = 1e3 * calls.quantile(0.99);
}

ordered_json run(const Arguments& a, const cli::Common& common) {
  auto predictor = open(a, common.use());
  auto* model = predictor.model();
  const auto x = input_of(a, model);
  const bool fused = model != nullptr && !model->fused().empty();
  const c10::InferenceMode inference;
  const auto outputs = predictor.outputs(x);  // plans, packs weights
  if (!outputs.isfinite().all().item<bool>()) cli::print_note("the network's outputs are NaN or infinite");
  const auto precision = fused ? text_of(model->fused().front().precision()) : "float32";
  ordered_json result{{"model", model != nullptr ? model->name : a.predictor.weights},
                      {"batch_size", a.batch_size},
                      {"threads", at::get_num_threads()},
                      {"streams", a.streams},
                      {"fused", fused},
                      {"precision", precision},
                      {"unit", x.dim() == 2 ? "rows/s" : "images/s"}};
  if (!fused && (!a.out.empty() || a.profile))
    fail(ErrorKind::usage, "{}: needs a network that is fused", a.out.empty() ? "--profile" : "--out");
  if (!a.out.empty()) {
    model->algorithms = model->fused().front().algorithms(x.sizes().vec());
    model->save(a.out, std::nullopt, a.predictor.allow_non_finite);
    result["out"] = a.out;
  }
  if (a.profile) result["layers"] = cli::profile_layers(model->fused().front(), x, common.json);
  if (a.profile) return result;
  add_latencies(result, measure_latency([&] { predictor.outputs(x); }, a.seconds, static_cast<int>(a.streams)), a);
  if (!common.json) cli::print_latencies(result);
  return result;
}

void define(CLI::App& app, Arguments& a) {
  cli::add_predictor_options(app, a.predictor);
  app.final_callback([&a] {
    if (a.predictor.weights.empty() && a.predictor.pretrained.empty() && a.predictor.model.empty())
      throw CLI::RequiredError("--model, --weights or --pretrained");
  });
  const auto positive = [](CLI::Option* option) { option->check(CLI::PositiveNumber)->capture_default_str(); };
  positive(app.add_option("--batch-size", a.batch_size, "Batch size: rows or images per call"));
  app.add_option("--input-size", a.shape, "Shape of one input, 3,224,224 (the network's usual one)")->delimiter(',');
  positive(app.add_option("--streams", a.streams, "Number of concurrent calls; they share the threads"));
  positive(app.add_option("--seconds", a.seconds, "Measuring time, seconds"));
  app.add_option("--out", a.out, "Write a model file with the algorithms of this run, such as --autotune's");
  app.add_flag("--profile", a.profile, "Print the time of each layer instead");
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  const auto add = [&](CLI::App& app) { define(app, arguments); };
  return cli::run_tool(argc, argv, common,
                       {"bench", "Measures the speed of a network", add, [&] { return run(arguments, common); }});
}
