// reszoo-convert: converts weights between file formats.
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

/// Batch size of calibration; value ranges are averaged over batches of this size.
constexpr int64_t kCalibrationBatch = 32;

struct Arguments {
  fs::path in, out;
  ConvertOptions how;
  std::vector<std::string> settings;
  bool no_verify = false, int8 = false;
  std::string calibration_data;
  int64_t calibration_samples = 512;
};

void print(const Converted& converted, const fs::path& out) {
  const auto& preprocess = converted.preprocessing;
  std::cout << converted.report.text() << out.string() << ": " << text_of(converted.format) << ", "
            << fs::file_size(out) << " bytes\n";
  if (preprocess.contains("image")) std::cout << "preprocessing: " << preprocess["image"].dump() << "\n";
  if (preprocess.contains("table"))
    std::cout << "rows must be preprocessed as by the model file; its quantiles and categories are not in this file\n";
}

std::vector<Tensor> read_images(const Predictor& predictor, const Arguments& a) {
  if (a.calibration_data == "-") fail(ErrorKind::usage, "--calibration-data: is a path, not stdin");
  std::vector<Tensor> batches;
  for_each_batch(predictor, a.calibration_data, {.most = a.calibration_samples}, [&](const InputBatch& part) {
    for (const auto& batch : part.input.split(kCalibrationBatch)) batches.push_back(batch);
  });
  return batches;
}

ordered_json convert_to_int8(const Arguments& a, bool quiet) {
  if (a.how.adapt || a.how.plain || a.how.size > 0)
    fail(ErrorKind::usage, "--int8: takes no --adapt, --weights-only or --img-size");
  const bool names_itself = detect_weights(a.in) == WeightsKind::model_file;
  if (names_itself && (!a.how.model.empty() || !a.settings.empty()))
    fail(ErrorKind::usage, "--model and --model-kwargs: {} already names its network", a.in.string());
  auto predictor = open_predictor(
      a.in, {.model = a.how.model, .options = a.how.options, .verify = a.how.verify, .prefer_ema = a.how.prefer_ema});
  if (!predictor.model())
    fail(ErrorKind::usage, "--int8: {} cannot be quantized; give weights, and their network with --model",
         a.in.string());
  auto& model = *predictor.model();
  const auto agreement = quantize_model(model, read_images(predictor, a));
  model.save(a.out);
  const auto layers = model.quantization.layers.size(), bytes = fs::file_size(a.out);
  if (!quiet) fmt::print("{}: int8, {} layers, {} bytes\n{}\n", a.out.string(), layers, bytes, agreement.text());
  return {{"in", a.in.string()},
          {"out", a.out.string()},
          {"format", "int8"},
          {"model", model.name},
          {"layers", layers},
          {"bytes", bytes},
          {"agreement", agreement.to_json()}};
}

ordered_json convert(Arguments& a, bool quiet) {
  a.how.options = cli::parse_settings(a.settings);
  a.how.verify = !a.no_verify;
  const auto format = export_format(a.out);
  if (a.int8 != !a.calibration_data.empty()) fail(ErrorKind::usage, "--int8 and --calibration-data: go together");
  if (a.int8 && format != ExportFormat::safetensors)
    fail(ErrorKind::usage, "--int8: writes a model file; OUT must end in .safetensors, got {}", a.out.string());
  if (a.int8) return convert_to_int8(a, quiet);
  if (a.how.size > 0 && format != ExportFormat::torchscript && format != ExportFormat::onnx)
    fail(ErrorKind::usage, "--img-size: is for TorchScript and ONNX");
  if (a.how.model.empty() && (a.how.adapt || !a.settings.empty()))
    fail(ErrorKind::usage, "--adapt and --model-kwargs: need --model");
  const auto converted = convert_weights(a.in, a.out, a.how);
  if (!quiet) print(converted, a.out);
  const auto model = converted.metadata.is_null() ? json() : converted.metadata.at("model");
  return {{"in", a.in.string()},
          {"out", a.out.string()},
          {"format", text_of(format)},
          {"model", model},
          {"bytes", fs::file_size(a.out)},
          {"report", json(converted.report)},
          {"preprocessing", converted.preprocessing}};
}

void define(CLI::App& app, Arguments& a) {
  app.add_option("IN", a.in, "Weights in any format; the format is detected from content")->required();
  app.add_option("OUT", a.out, "Output file: .pth, .safetensors, .onnx; .pt, .ts or .torchscript for TorchScript")
      ->required();
  app.add_option("--model", a.how.model, "Network of the weights; a model file names it itself");
  cli::add_model_options(app, a.settings);
  app.add_flag("--adapt", a.how.adapt, "Allow another number of outputs; the last linear layer is left untrained");
  app.add_flag("--use-ema", a.how.prefer_ema, "Use the averaged (EMA) weights if the checkpoint has them");
  app.add_flag("--no-verify", a.no_verify, "Do not verify the checksums of IN, nor the outputs of a TorchScript OUT");
  app.add_flag("--weights-only", a.how.plain, "Write only the weights of a model file, without its metadata");
  app.add_flag("--int8", a.int8, "Write a model file quantized to 8-bit integers; needs --calibration-data");
  app.add_option("--calibration-data", a.calibration_data,
                 "Images like those the network will see: a folder, or IDX or CIFAR files");
  app.add_option("--calibration-samples", a.calibration_samples, "Number of them, spread evenly over the data")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--img-size", a.how.size, "TorchScript and ONNX: fix the input to N x N pixels (any size)")
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
                       {"convert", "Converts weights to .pth, .safetensors, TorchScript or ONNX",
                        [&](CLI::App& app) { define(app, arguments); }, run});
}
