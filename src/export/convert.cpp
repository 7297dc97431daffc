#include "reszoo/export/convert.h"

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/export/onnx.h"
#include "reszoo/export/runtime.h"
#include "reszoo/export/torchscript.h"
#include "reszoo/infer/model.h"
#include "reszoo/nn/skip_init.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/zoo/identify.h"
#include "reszoo/zoo/load_network.h"

namespace reszoo {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr Named<ExportFormat> kFormats[] = {{"pth", ExportFormat::pth},
                                            {"safetensors", ExportFormat::safetensors},
                                            {"torchscript", ExportFormat::torchscript},
                                            {"onnx", ExportFormat::onnx}};

constexpr Named<ExportFormat> kEndings[] = {
    {".pth", ExportFormat::pth},        {".safetensors", ExportFormat::safetensors}, {".pt", ExportFormat::torchscript},
    {".ts", ExportFormat::torchscript}, {".torchscript", ExportFormat::torchscript}, {".onnx", ExportFormat::onnx}};

/// The contents of the input: the weights, and the network and the metadata if they are known.
struct ConvertInput {
  StateDict weights{"key"};
  std::map<std::string, std::string> metadata;  // of a safetensors file
  Model model;                                  // without a network if it is unknown
  json card;                                    // from a model file, otherwise made from the options
  LoadReport report;
};

/// Loads the weights into the network that the options name, otherwise into the one that they match.
void put_into_network(ConvertInput& content, const fs::path& in, const ConvertOptions& options) {
  auto& model = content.model;
  std::tie(model.name, model.options) = model_for(content.weights, in.string(), options.model, options.options);
  if (options.adapt && !options.model.empty())  // a head that the weights lack begins untrained
    model.options = options_from_json(registry().find(model.name).domain, options.options);
  // With `adapt`, the last layer keeps its initial weights.
  {
    const SkipInit skip_init(!options.adapt);
    model.networks = {create_model(model.name, model.options)};
  }
  content.report = load_state(*model.network(), content.weights,
                              {.adapt = options.adapt,
                               .verify = options.verify,
                               .prefer_ema = options.prefer_ema,
                               .allow_non_finite = options.allow_non_finite},
                              in.string());
  content.weights = state_of(*model.network());
  content.metadata.clear();
  model.image = options.image;
  content.card = {{"kind", "model"}, {"model", model.name}, {"options", to_json(model.options)}};
  if (options.image) content.card["image"] = options.image->to_json();
}

ConvertInput read_input(const fs::path& in, const ConvertOptions& options, bool needs_network) {
  ConvertInput content;
  const auto kind = detect_weights(in);
  if (kind == WeightsKind::safetensors) {
    auto file = read_safetensors(in);
    content.weights =
        options.key.empty() ? std::move(file.tensors) : state_under(file.tensors, options.key, in.string());
    content.metadata = std::move(file.metadata);
  } else {
    content.weights = read_weights(in, {.verify = options.verify,
                                        .prefer_ema = options.prefer_ema,
                                        .key = options.key,
                                        .all_states = needs_network || !options.model.empty(),
                                        .on_note = options.on_note});
  }
  if (!options.allow_non_finite) refuse_non_finite(content.weights, in.string());
  content.report.loaded = content.weights.keys();
  if (!options.model.empty()) {
    put_into_network(content, in, options);
  } else if (kind == WeightsKind::model_file) {
    content.card = read_model_file(in, {.verify = false}).card;  // verified above
    if (needs_network)
      content.model = Model::load(in, torch::kCPU, {.verify = false, .allow_non_finite = options.allow_non_finite});
    if (content.model.networks.size() > 1 && !options.pipeline && !options.runtime)
      fail(ErrorKind::usage, "{}: holds an ensemble of {} networks; only a pipeline can be exported of it", in.string(),
           content.model.networks.size());
  } else if (needs_network) {
    put_into_network(content, in, options);
  }
  return content;
}

/// Returns the options of the exports. The exported file contains the metadata, for use at inference.
ExportOptions export_options(const ConvertInput& content, const ConvertOptions& how) {
  ExportOptions options{
      .verify = how.verify, .allow_non_finite = how.allow_non_finite, .metadata = {{"reszoo", content.card.dump()}}};
  options.target = content.model.target;
  options.quantization = content.model.quantization;
  if (how.size == 0) return options;
  const auto& network = content.model.network();
  if (network->input_spec().layout == Layout::features)
    fail(ErrorKind::usage, "size: {} takes rows of a table, not images", network->name());
  options.input = {network->input_spec().channels, how.size, how.size};
  options.any_size = false;
  return options;
}

void write_output(const ConvertInput& content, ExportFormat format, const fs::path& in, const fs::path& out,
                  const ConvertOptions& options) {
  switch (format) {
    case ExportFormat::pth: return write_pth(out, content.weights);
    case ExportFormat::torchscript:
      if (options.pipeline) return export_torchscript(content.model, out, export_options(content, options));
      return export_torchscript(content.model.network(), out, export_options(content, options));
    case ExportFormat::onnx:
      if (options.pipeline) return export_onnx(content.model, out, export_options(content, options));
      return export_onnx(content.model.network(), out, export_options(content, options));
    case ExportFormat::safetensors: break;
  }
  if (options.runtime) return export_runtime(content.model, out);
  if (detect_weights(in) == WeightsKind::model_file && options.model.empty() && !options.plain) {
    const auto file = read_model_file(in, {.verify = options.verify});
    return write_model_file(out, file.card, file.tensors);
  }
  auto metadata = content.metadata;
  metadata.try_emplace("format", "pt");  // some readers require it
  write_safetensors(out, content.weights, metadata);
}

/// Returns the preprocessing that an image or table row needs before the file's network can read it.
json preprocessing_of(const json& card) {
  for (const auto* part : {"image", "table"})
    if (card.contains(part)) return {{part, card[part]}};
  return nullptr;
}

}  // namespace

ExportFormat export_format(const fs::path& path) {
  const auto ending = path.extension().string();
  for (const auto& [name, format] : kEndings)
    if (name == ending) return format;
  fail(ErrorKind::usage,
       "OUT: must end in .pth, .safetensors, .onnx, or .pt, .ts, .torchscript for TorchScript, got {}", path.string());
}

std::string text_of(ExportFormat format) { return name_of(kFormats, format); }

Converted convert_weights(const fs::path& in, const fs::path& out, const ConvertOptions& options) {
  const auto format = export_format(out);
  const bool exported = format == ExportFormat::torchscript || format == ExportFormat::onnx;
  const bool network = exported || options.runtime;
  if (options.runtime && format != ExportFormat::safetensors)
    fail(ErrorKind::usage, "runtime: OUT must end in .safetensors, got {}", out.string());
  if (options.pipeline && !exported)
    fail(ErrorKind::usage, "pipeline: is for TorchScript and ONNX, got {}", out.string());
  if (options.pipeline && options.size > 0)
    fail(ErrorKind::usage, "pipeline: takes images of any size, got size={}", options.size);
  const auto content = read_input(in, options, network);
  write_output(content, format, in, out, options);
  return {format, content.report, content.card, network ? preprocessing_of(content.card) : json()};
}

}  // namespace reszoo
