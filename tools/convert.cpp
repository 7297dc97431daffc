// reszoo-convert: weights of any kind as a file of another kind.
#include <torch/utils.h>

#include <iostream>

#include "cli/app.h"
#include "cli/model_options.h"
#include "cli/quantize.h"
#include "reszoo/base/error.h"
#include "reszoo/export/onnx.h"
#include "reszoo/export/torchscript.h"
#include "reszoo/infer/model.h"
#include "reszoo/nn/no_init.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/zoo/fit.h"

using namespace reszoo;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

struct Arguments {
  fs::path in, out;
  std::string model;
  std::vector<std::string> settings;
  bool adapt = false, no_verify = false, ema = false, plain = false, int8 = false;
  int64_t size = 0;
  cli::CalibrateOptions calibrate;
};

/// What OUT's ending asks for.
enum class Kind { pth, safetensors, torchscript, onnx };

Kind kind_of(const fs::path& out) {
  static const std::map<std::string, Kind> endings = {
      {".pth", Kind::pth},        {".safetensors", Kind::safetensors}, {".pt", Kind::torchscript},
      {".ts", Kind::torchscript}, {".torchscript", Kind::torchscript}, {".onnx", Kind::onnx}};
  const auto found = endings.find(out.extension().string());
  if (found == endings.end())
    fail(ErrorKind::usage,
         "OUT: must end in .pth, .safetensors, .onnx, or .pt, .ts, .torchscript for TorchScript, got {}", out.string());
  return found->second;
}

std::string text_of(Kind kind) {
  switch (kind) {
    case Kind::pth: return "pth";
    case Kind::safetensors: return "safetensors";
    case Kind::torchscript: return "torchscript";
    case Kind::onnx: return "onnx";
  }
  return "";
}

/// What IN holds: weights, and the network and the card where they are known.
struct Content {
  State weights{"key"};
  std::map<std::string, std::string> metadata;  // of a safetensors file
  Model model;                                  // without a network if none is known
  json card;                                    // of a model file, else what --model says
  KeyReport report;
};

/// The weights in the network that --model names.
void put_into_named(Content& content, const Arguments& arguments) {
  auto& model = content.model;
  const auto& info = registry().find(arguments.model);
  model.name = info.name;
  model.options = cli::parse_model_options(info, arguments.settings);
  // With --adapt the last layer keeps the weights that it begins with.
  {
    const NoInit no_init(!arguments.adapt);
    model.network = create_model(model.name, model.options);
  }
  content.report = load_state(*model.network, content.weights,
                              {.adapt = arguments.adapt, .verify = !arguments.no_verify}, arguments.in.string());
  content.weights = state_of(*model.network);
  content.metadata.clear();
  content.card = {{"kind", "model"}, {"model", model.name}, {"options", to_json(model.options)}};
}

Content read(const Arguments& arguments, bool needs_network) {
  Content content;
  const auto kind = detect_weights(arguments.in);
  const bool verify = !arguments.no_verify;
  if (kind == WeightsKind::safetensors) {
    auto file = read_safetensors(arguments.in);
    content.weights = std::move(file.tensors);
    content.metadata = std::move(file.metadata);
  } else {
    content.weights = read_weights(arguments.in, {.verify = verify, .prefer_ema = arguments.ema});
  }
  content.report.loaded = content.weights.keys();
  if (!arguments.model.empty()) {
    put_into_named(content, arguments);
  } else if (kind == WeightsKind::model_file) {
    content.card = read_model_file(arguments.in, {.verify = false}).card;  // it was verified above
    if (needs_network) content.model = Model::load(arguments.in, torch::kCPU, /*verify=*/false);
    if (!content.model.further.empty())
      fail(ErrorKind::usage, "{}: holds an ensemble of {} networks; an export is of one", arguments.in.string(),
           content.model.further.size() + 1);
  } else if (needs_network) {
    fail(ErrorKind::usage, "{}: does not say which network it is of; name it with --model{}", arguments.in.string(),
         fit_hint(content.weights));
  }
  return content;
}

/// What the exports are told; the file carries the card for whoever runs it.
ExportOptions export_options(const Content& content, const Arguments& arguments) {
  ExportOptions options{.verify = !arguments.no_verify, .metadata = {{"reszoo", content.card.dump()}}};
  if (arguments.size == 0) return options;
  const auto& network = content.model.network;
  if (network->input_spec().layout == Layout::rows)
    fail(ErrorKind::usage, "--size: {} takes rows of a table, not images", network->name());
  options.input = {network->input_spec().channels, arguments.size, arguments.size};
  options.any_size = false;
  return options;
}

void write(const Content& content, Kind kind, const Arguments& arguments) {
  switch (kind) {
    case Kind::pth: return write_pth(arguments.out, content.weights);
    case Kind::torchscript:
      return export_torchscript(content.model.network, arguments.out, export_options(content, arguments));
    case Kind::onnx: return export_onnx(content.model.network, arguments.out, export_options(content, arguments));
    case Kind::safetensors: break;
  }
  if (detect_weights(arguments.in) == WeightsKind::model_file && arguments.model.empty() && !arguments.plain) {
    const auto file = read_model_file(arguments.in, {.verify = !arguments.no_verify});
    return write_model_file(arguments.out, file.card, file.tensors);
  }
  auto metadata = content.metadata;
  metadata.try_emplace("format", "pt");  // some readers ask for it
  write_safetensors(arguments.out, content.weights, metadata);
}

/// What must be done to an image or a row before the file's network can read it.
json preparation(const json& card) {
  for (const auto* part : {"image", "table"})
    if (card.contains(part)) return {{part, card[part]}};
  return nullptr;
}

void print(const Content& content, const fs::path& out, Kind kind, const json& expects) {
  std::cout << content.report.text() << out.string() << ": " << text_of(kind) << ", " << fs::file_size(out)
            << " bytes\n";
  if (expects.contains("image")) std::cout << "expects images prepared as " << expects["image"].dump() << "\n";
  if (expects.contains("table"))
    std::cout << "expects rows as the model file prepares them; its quantiles and categories are not in this file\n";
}

nlohmann::ordered_json convert_to_int8(const Arguments& a, bool quiet) {
  if (a.adapt || a.plain || a.size > 0) fail(ErrorKind::usage, "--int8: takes no --adapt, --plain or --size");
  const bool names_itself = detect_weights(a.in) == WeightsKind::model_file;
  if (names_itself && (!a.model.empty() || !a.settings.empty()))
    fail(ErrorKind::usage, "--model and --option: {} says itself which network it is of", a.in.string());
  auto source = cli::open_source({.weights = a.in.string(),
                                  .model = a.model,
                                  .settings = a.settings,
                                  .no_verify = a.no_verify,
                                  .ema = a.ema,
                                  .fuse = {.no_fuse = true}},
                                 torch::kCPU);
  const auto agreement = cli::quantize(source, a.in.string(), a.calibrate);
  const auto& model = *source.model;
  model.save(a.out);
  if (!quiet)
    fmt::print("{}: int8, {} layers, {} bytes\n{}\n", a.out.string(), model.quantization.layers.size(),
               fs::file_size(a.out), agreement.text());
  return {{"in", a.in.string()},
          {"out", a.out.string()},
          {"to", "int8"},
          {"model", model.name},
          {"layers", model.quantization.layers.size()},
          {"bytes", fs::file_size(a.out)},
          {"agreement", agreement.to_json()}};
}

nlohmann::ordered_json convert(const Arguments& arguments, bool quiet) {
  const auto kind = kind_of(arguments.out);
  if (arguments.int8 != !arguments.calibrate.path.empty())
    fail(ErrorKind::usage, "--int8 and --calibrate: go together");
  if (arguments.int8 && kind != Kind::safetensors)
    fail(ErrorKind::usage, "--int8: writes a model file; OUT must end in .safetensors, got {}", arguments.out.string());
  if (arguments.int8) return convert_to_int8(arguments, quiet);
  const bool network = kind == Kind::torchscript || kind == Kind::onnx;
  if (arguments.size > 0 && !network) fail(ErrorKind::usage, "--size: is for TorchScript and ONNX");
  if (arguments.model.empty() && (arguments.adapt || !arguments.settings.empty()))
    fail(ErrorKind::usage, "--adapt and --option: need --model");
  const auto content = read(arguments, network);
  write(content, kind, arguments);
  const auto expects = network ? preparation(content.card) : json();
  if (!quiet) print(content, arguments.out, kind, expects);
  return {{"in", arguments.in.string()},
          {"out", arguments.out.string()},
          {"to", text_of(kind)},
          {"model", content.card.is_null() ? json() : content.card.at("model")},
          {"bytes", fs::file_size(arguments.out)},
          {"report", json(content.report)},
          {"expects", expects}};
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  return cli::run_tool(
      argc, argv, common,
      {
          .name = "convert",
          .description = "Writes weights as .pth, .safetensors, TorchScript or ONNX",
          .define =
              [&](CLI::App& app) {
                app.add_option("IN", arguments.in, "Weights of any kind; told apart by content")->required();
                app.add_option("OUT", arguments.out,
                               "File to write: .pth, .safetensors, .onnx; .pt, .ts or .torchscript for TorchScript")
                    ->required();
                app.add_option("--model", arguments.model,
                               "The network that the weights are of; a model file says it itself");
                cli::add_model_options(app, arguments.settings);
                app.add_flag("--adapt", arguments.adapt,
                             "Let the last linear layer have another number of outputs; it begins anew");
                app.add_flag("--ema", arguments.ema, "Of a checkpoint that has averaged weights too, take these");
                app.add_flag("--no-verify", arguments.no_verify,
                             "Compare no checksums of IN, and no answers of a TorchScript OUT");
                app.add_flag("--plain", arguments.plain, "Of a model file write the weights alone, without its card");
                app.add_flag("--int8", arguments.int8,
                             "Write a model file for inference in whole numbers of 8 bits; it needs --calibrate");
                app.add_option(
                    "--calibrate", arguments.calibrate.path,
                    "Images of the kind that the network will see, in a folder or a set of IDX or CIFAR files");
                app.add_option("--calibrate-most", arguments.calibrate.most, "At most so many of them, spread over all")
                    ->check(CLI::PositiveNumber)
                    ->capture_default_str();
                app.add_option("--size", arguments.size,
                               "TorchScript and ONNX for images of N x N pixels alone; else any size")
                    ->check(CLI::PositiveNumber);
              },
          .run = [&]() -> nlohmann::ordered_json {
            common.use();
            torch::manual_seed(common.seed);
            return convert(arguments, common.json);
          },
      });
}
