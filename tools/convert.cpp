// reszoo-convert: weights of any kind as a file of another kind.
#include <torch/utils.h>

#include <iostream>

#include "cli/app.h"
#include "cli/model_options.h"
#include "cli/predictor_options.h"
#include "reszoo/base/error.h"
#include "reszoo/export/convert.h"
#include "reszoo/infer/quantize_model.h"
#include "reszoo/weights/read.h"

using namespace reszoo;
using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

/// Images that the value ranges of a calibration are averaged over.
constexpr int64_t kCalibrationBatch = 32;

struct Arguments {
  fs::path in, out;
  ConvertOptions how;
  std::vector<std::string> settings;
  bool no_verify = false, int8 = false;
  std::string calibrate;
  int64_t calibrate_most = 512;
};

void print(const Converted& converted, const fs::path& out) {
  const auto& expects = converted.preprocessing;
  std::cout << converted.report.text() << out.string() << ": " << text_of(converted.format) << ", "
            << fs::file_size(out) << " bytes\n";
  if (expects.contains("image")) std::cout << "expects images prepared as " << expects["image"].dump() << "\n";
  if (expects.contains("table"))
    std::cout << "expects rows as the model file prepares them; its quantiles and categories are not in this file\n";
}

std::vector<Tensor> read_images(const Predictor& predictor, const Arguments& a) {
  if (a.calibrate == "-") fail(ErrorKind::usage, "--calibrate: images are read from a path, not from stdin");
  std::vector<Tensor> batches;
  for_each_batch(predictor, a.calibrate, {.most = a.calibrate_most}, [&](const InputBatch& part) {
    for (const auto& batch : part.input.split(kCalibrationBatch)) batches.push_back(batch);
  });
  return batches;
}

ordered_json convert_to_int8(const Arguments& a, bool quiet) {
  if (a.how.adapt || a.how.plain || a.how.size > 0)
    fail(ErrorKind::usage, "--int8: takes no --adapt, --plain or --size");
  const bool names_itself = detect_weights(a.in) == WeightsKind::model_file;
  if (names_itself && (!a.how.model.empty() || !a.settings.empty()))
    fail(ErrorKind::usage, "--model and --option: {} says itself which network it is of", a.in.string());
  auto predictor = open_predictor(
      a.in, {.model = a.how.model, .options = a.how.options, .verify = a.how.verify, .prefer_ema = a.how.prefer_ema});
  if (!predictor.model())
    fail(ErrorKind::usage, "--int8: {} runs as it is; give weights, and their network by --model", a.in.string());
  auto& model = *predictor.model();
  const auto agreement = quantize_model(model, read_images(predictor, a));
  model.save(a.out);
  const auto layers = model.quantization.layers.size(), bytes = fs::file_size(a.out);
  if (!quiet) fmt::print("{}: int8, {} layers, {} bytes\n{}\n", a.out.string(), layers, bytes, agreement.text());
  return {{"in", a.in.string()},
          {"out", a.out.string()},
          {"to", "int8"},
          {"model", model.name},
          {"layers", layers},
          {"bytes", bytes},
          {"agreement", agreement.to_json()}};
}

ordered_json convert(Arguments& a, bool quiet) {
  a.how.options = cli::parse_settings(a.settings);
  a.how.verify = !a.no_verify;
  const auto format = export_format(a.out);
  if (a.int8 != !a.calibrate.empty()) fail(ErrorKind::usage, "--int8 and --calibrate: go together");
  if (a.int8 && format != ExportFormat::safetensors)
    fail(ErrorKind::usage, "--int8: writes a model file; OUT must end in .safetensors, got {}", a.out.string());
  if (a.int8) return convert_to_int8(a, quiet);
  if (a.how.size > 0 && format != ExportFormat::torchscript && format != ExportFormat::onnx)
    fail(ErrorKind::usage, "--size: is for TorchScript and ONNX");
  if (a.how.model.empty() && (a.how.adapt || !a.settings.empty()))
    fail(ErrorKind::usage, "--adapt and --option: need --model");
  const auto converted = convert_weights(a.in, a.out, a.how);
  if (!quiet) print(converted, a.out);
  const auto model = converted.metadata.is_null() ? json() : converted.metadata.at("model");
  return {{"in", a.in.string()},
          {"out", a.out.string()},
          {"to", text_of(format)},
          {"model", model},
          {"bytes", fs::file_size(a.out)},
          {"report", json(converted.report)},
          {"expects", converted.preprocessing}};
}

void define(CLI::App& app, Arguments& a) {
  app.add_option("IN", a.in, "Weights of any kind; told apart by content")->required();
  app.add_option("OUT", a.out, "File to write: .pth, .safetensors, .onnx; .pt, .ts or .torchscript for TorchScript")
      ->required();
  app.add_option("--model", a.how.model, "The network that the weights are of; a model file says it itself");
  cli::add_model_options(app, a.settings);
  app.add_flag("--adapt", a.how.adapt, "Let the last linear layer have another number of outputs; it begins anew");
  app.add_flag("--ema", a.how.prefer_ema, "Of a checkpoint that has averaged weights too, take these");
  app.add_flag("--no-verify", a.no_verify, "Compare no checksums of IN, and no answers of a TorchScript OUT");
  app.add_flag("--plain", a.how.plain, "Of a model file write the weights alone, without its card");
  app.add_flag("--int8", a.int8, "Write a model file for inference in whole numbers of 8 bits; it needs --calibrate");
  app.add_option("--calibrate", a.calibrate,
                 "Images of the kind that the network will see, in a folder or a set of IDX or CIFAR files");
  app.add_option("--calibrate-most", a.calibrate_most, "At most so many of them, spread over all")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--size", a.how.size, "TorchScript and ONNX for images of N x N pixels alone; else any size")
      ->check(CLI::PositiveNumber);
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  const auto run = [&] {
    common.use();
    torch::manual_seed(common.seed);
    return convert(arguments, common.json);
  };
  return cli::run_tool(argc, argv, common,
                       {"convert", "Writes weights as .pth, .safetensors, TorchScript or ONNX",
                        [&](CLI::App& app) { define(app, arguments); }, run});
}
