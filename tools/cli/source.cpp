#include "source.h"

#include <algorithm>
#include <iostream>

#include "download_line.h"
#include "model_options.h"
#include "naming.h"
#include "reszoo/base/error.h"
#include "reszoo/data/cifar.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/idx.h"
#include "reszoo/data/source.h"
#include "reszoo/data/table_stream.h"
#include "reszoo/hub/pretrained.h"
#include "reszoo/nn/no_init.h"
#include "reszoo/weights/load.h"
#include "reszoo/zoo/fit.h"
#include "table_options.h"

namespace reszoo::cli {
namespace {

namespace fs = std::filesystem;

/// Files of a folder that holds pictures, in the order of their names.
std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && detect_data(entry.path()) == DataKind::image_file) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  if (found.empty()) fail(ErrorKind::input, "{}: no JPEG or PNG file in this folder", folder.string());
  return found;
}

/// How pictures are prepared: as the model file says, else as for ImageNet.
ImagePreprocess picture_preprocess(const Source& source) {
  if (!source.model) return imagenet_preprocess();
  if (source.model->image) return *source.model->image;
  fail(ErrorKind::usage, "{}: reads rows of a table, got a picture", source.model->name);
}

Tensor picture_input(const Source& source, const fs::path& path) {
  return picture_preprocess(source)(*open_picture(path));
}

/// The test pictures of a folder that has all of one size in a few files; nothing of another.
std::optional<Tensor> set_of(const fs::path& path, DataKind kind) {
  if (kind == DataKind::idx_folder) return read_idx_folder(path).test.images;
  if (kind == DataKind::cifar_folder) return read_cifar_folder(path).splits.test.images;
  return std::nullopt;
}

/// Rows for weights that say nothing of columns: all of them, as numbers.
Tensor plain_rows(const Frame& frame) {
  std::vector<Tensor> columns;
  for (const auto& column : frame.columns) columns.push_back(as_numbers(column).numbers);
  return torch::stack(columns, 1).to(torch::kFloat);
}

Tensor table_input(const Source& source, const TableRows& rows) {
  const bool prepared = source.model && (source.model->table || source.model->image);
  return naming(rows.source, [&] { return prepared ? source.model->input(rows.frame) : plain_rows(rows.frame); });
}

/// Reads the columns that the model's inputs need.
TableReadOptions read_options(const Source& source, TableReadOptions options) {
  if (!source.model || !source.model->table) return options;
  options.text = source.model->table->text_columns();
  options.columns = source.model->table->inputs();
  return options;
}

void visit_table(const Source& source, TableReader reader, const std::function<void(const Part&)>& visit) {
  while (const auto rows = reader.next()) visit({table_input(source, *rows), "", rows->kept});
}

Source open_pretrained(const SourceOptions& options, c10::Device device) {
  PretrainedOptions how{.device = device, .fetch = fetch_with_progress()};
  how.fetch.verify = !options.no_verify;
  return {.model = create_pretrained(options.pretrained, "", how)};
}

}  // namespace

Tensor Source::outputs(const Tensor& input) { return model ? model->outputs(input) : script->forward(input).cpu(); }

Tensor Source::features(const Tensor& input) {
  if (script) fail(ErrorKind::usage, "a script has no head to take off; name its network with --model");
  return model->features(input);
}

void add_source_options(CLI::App& app, SourceOptions& options) {
  auto* weights =
      app.add_option("--weights", options.weights, "A model file, a TorchScript file, or weights with --model");
  auto* pretrained =
      app.add_option("--pretrained", options.pretrained,
                     "Published weights instead: resnet50, or resnet50.TAG; see reszoo-models --pretrained");
  auto* model = app.add_option("--model", options.model, "The network of weights that do not name theirs");
  pretrained->excludes(weights)->excludes(model);
  add_model_options(app, options.settings);
  app.add_flag("--no-verify", options.no_verify, "Do not compare the weights with their checksums");
  app.add_flag("--ema", options.ema, "Of a checkpoint that has averaged weights too, take these");
  app.final_callback([&options] {
    if (options.weights.empty() && options.pretrained.empty()) throw CLI::RequiredError("--weights or --pretrained");
  });
}

void add_input_options(CLI::App& app, InputOptions& options) {
  app.add_option("INPUT", options.inputs, "Tables, pictures, folders of them; - is a table on stdin")->required();
  add_table_options(app, options.table);
}

Source open_source(const SourceOptions& options, c10::Device device) {
  const auto& [weights, name, pretrained, settings, no_verify, ema] = options;
  if (!pretrained.empty()) return open_pretrained(options, device);
  const auto kind = detect_weights(weights);
  if (kind == WeightsKind::model_file) return {.model = Model::load(weights, device, !no_verify)};
  if (name.empty() && kind == WeightsKind::torchscript) return {.script = ScriptModel(weights, device)};
  const auto state = read_weights(weights, {.verify = !no_verify, .prefer_ema = ema});
  if (name.empty())
    fail(ErrorKind::usage, "{}: does not say which network it is of; name it with --model{}", weights, fit_hint(state));
  const auto& info = registry().find(name);
  Model model;
  model.name = name;
  model.options = parse_model_options(info, settings);
  {
    const NoInit no_init;  // all weights are loaded next
    model.network = create_model(name, model.options);
  }
  load_state(*model.network, state, {}, weights);
  model.network->to(device);
  if (info.domain == Domain::image) {
    model.image = imagenet_preprocess();
    model.image->channels = model.network->input_spec().channels;
  }
  return {.model = std::move(model)};
}

bool has_pictures(const std::vector<std::string>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const std::string& input) {
    if (input == "-") return false;
    const auto kind = detect_data(input);
    const bool set = kind == DataKind::idx_folder || kind == DataKind::cifar_folder;
    return kind == DataKind::image_file || (kind != DataKind::table && !set && fs::is_directory(input));
  });
}

void for_each_input(const Source& source, const InputOptions& options, const std::function<void(const Part&)>& visit) {
  const auto reading = read_options(source, options.table);
  for (const auto& input : options.inputs) {
    if (input == "-") {
      visit_table(source, TableReader(std::cin, "stdin", reading, options.keep), visit);
      continue;
    }
    const auto kind = detect_data(input);
    if (kind == DataKind::table) {
      visit_table(source, TableReader(input, reading, options.keep), visit);
    } else if (!options.keep.empty()) {
      fail(ErrorKind::usage, "--keep: {} has no columns", input);
    } else if (kind == DataKind::image_file) {
      visit({picture_input(source, input), input});
    } else if (const auto images = set_of(input, kind)) {
      visit({picture_preprocess(source)(*images)});
    } else if (fs::is_directory(input)) {
      for (const auto& path : pictures_in(input)) visit({picture_input(source, path), path.string()});
    } else {
      fail(ErrorKind::input, "{}: neither a table nor a picture", input);
    }
  }
}

}  // namespace reszoo::cli
