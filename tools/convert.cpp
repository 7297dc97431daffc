// reszoo-convert: converts weights between file formats.
#include <torch/utils.h>

#include <iostream>

#include "cli/app.h"
#include "cli/download_line.h"
#include "cli/model_options.h"
#include "convert_int8.h"
#include "reszoo/base/error.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/pretrained.h"

using namespace reszoo;
using namespace reszoo::tool;
using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

void print(const Converted& converted, const fs::path& out, bool pipeline) {
  const auto& preprocess = converted.preprocessing;
  std::cout << converted.report.text() << out.string() << ": " << text_of(converted.format) << ", "
            << fs::file_size(out) << " bytes\n";
  if (pipeline) return;
  if (preprocess.contains("image")) std::cout << "preprocessing: " << preprocess["image"].dump() << "\n";
  if (preprocess.contains("table"))
    std::cout << "rows must be preprocessed as by the model file; its quantiles and categories are not in this file\n";
}

/// For a repository of the Hub: its weights, and the network and preprocessing that its config names.
void take_hub_weights(ConvertArguments& a) {
  const auto name = a.in.string();
  if (!is_hub_name(name)) return;
  const auto fetch = cli::fetch_with_progress(!a.no_verify);
  const auto config = a.how.model.empty() ? find_hub_config(parse_hub_name(name), fetch) : std::nullopt;
  a.in = cli::local_weights(name, fetch);
  if (!config) return;
  a.how.model = config->model;
  a.how.options = to_json(ModelOptions(network_options(*config, config->classes)));
  a.how.image = config->preprocess;
}

ordered_json convert(ConvertArguments& a, bool quiet) {
  a.how.options = cli::parse_settings(a.settings);
  a.how.verify = !a.no_verify;
  a.how.on_note = cli::print_note;
  take_hub_weights(a);
  const auto format = export_format(a.out);
  if (a.int8 != !a.calibration_data.empty()) fail(ErrorKind::usage, "--int8 and --calibration-data: go together");
  if (a.int8 && format != ExportFormat::safetensors)
    fail(ErrorKind::usage, "--int8: writes a model file; OUT must end in .safetensors, got {}", a.out.string());
  if (a.int8) return convert_to_int8(a, quiet);
  if (a.how.size > 0 && format != ExportFormat::torchscript && format != ExportFormat::onnx)
    fail(ErrorKind::usage, "--img-size: is for TorchScript and ONNX");
  if (a.how.model.empty() && (a.how.adapt || !a.settings.empty()))
    fail(ErrorKind::usage, "--adapt and --model-kwargs: need --model");
  if (a.how.runtime && format != ExportFormat::safetensors)
    fail(ErrorKind::usage, "--runtime: OUT must end in .safetensors, got {}", a.out.string());
  if (a.how.pipeline && format != ExportFormat::torchscript && format != ExportFormat::onnx)
    fail(ErrorKind::usage, "--pipeline: is for TorchScript and ONNX");
  if (a.how.pipeline && a.how.size > 0) fail(ErrorKind::usage, "--pipeline: takes images of any size, no --img-size");
  const auto converted = convert_weights(a.in, a.out, a.how);
  if (!quiet) print(converted, a.out, a.how.pipeline);
  const auto model = converted.metadata.is_null() ? json() : converted.metadata.at("model");
  return {{"in", a.in.string()},
          {"out", a.out.string()},
          {"format", text_of(format)},
          {"model", model},
          {"bytes", fs::file_size(a.out)},
          {"report", json(converted.report)},
          {"preprocessing", converted.preprocessing}};
}

void define(CLI::App& app, ConvertArguments& a) {
  app.add_option("IN", a.in, "Weights in any format, which is detected from content; or hf-hub:owner/name")->required();
  app.add_option("OUT", a.out, "Output file: .pth, .safetensors, .onnx; .pt, .ts or .torchscript for TorchScript")
      ->required();
  app.add_option("--model", a.how.model, "Network of the weights; a model file names it itself");
  cli::add_model_options(app, a.settings);
  app.add_flag("--adapt", a.how.adapt, "Allow another number of outputs; the last linear layer is left untrained");
  app.add_flag("--use-ema", a.how.prefer_ema, "Use the averaged (EMA) weights if the checkpoint has them");
  app.add_flag("--allow-non-finite", a.how.allow_non_finite, "Convert NaN and infinite weights too");
  app.add_option("--key", a.how.key, "The weights to take of a file with several: student, model.teacher");
  app.add_flag("--no-verify", a.no_verify, "Do not verify the checksums of IN, nor the outputs of a TorchScript OUT");
  app.add_flag("--weights-only", a.how.plain, "Write only the weights of a model file, without its metadata");
  app.add_flag("--int8", a.int8, "Write a model file quantized to 8-bit integers; needs --calibration-data");
  app.add_option("--calibration-data", a.calibration_data,
                 "Images or rows like those the network will see: a folder, IDX or CIFAR files, a table");
  app.add_option("--calibration-samples", a.calibration_samples, "Number of them, spread evenly over the data")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-drop", a.max_drop,
                 "--int8: at most this per cent of them may change their class; layers that hurt most stay in float32")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  app.add_flag("--pipeline", a.how.pipeline,
               "ONNX, and TorchScript of image models: with preprocessing and answers; raw rows or RGB bytes in");
  app.add_flag("--runtime", a.how.runtime, "Write a file for reszoo::runtime, which predicts without LibTorch");
  app.add_option("--img-size", a.how.size, "TorchScript and ONNX: fix the input to N x N pixels (any size)")
      ->check(CLI::PositiveNumber);
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  ConvertArguments arguments;
  const auto run = [&] {
    common.use();
    torch::manual_seed(common.seed);
    return convert(arguments, common.json);
  };
  return cli::run_tool(argc, argv, common,
                       {"convert", "Converts weights to .pth, .safetensors, TorchScript or ONNX",
                        [&](CLI::App& app) { define(app, arguments); }, run});
}
