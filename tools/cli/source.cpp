#include "source.h"

#include <algorithm>
#include <iostream>
#include <numeric>

#include "download_line.h"
#include "model_options.h"
#include "naming.h"
#include "reszoo/base/error.h"
#include "reszoo/base/parallel.h"
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

/// Files of a folder that holds images, in the order of their names.
std::vector<fs::path> images_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && detect_data(entry.path()) == DataKind::image_file) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  if (found.empty()) fail(ErrorKind::input, "{}: no JPEG or PNG file in this folder", folder.string());
  return found;
}

/// As for ImageNet; of another number of channels each has the mean of the three.
ImagePreprocess preprocess_of(int64_t channels) {
  auto preprocess = imagenet_preprocess();
  if (channels == preprocess.channels) return preprocess;
  const auto spread_out = [&](std::vector<double>& values) {
    const auto mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    values.assign(static_cast<size_t>(channels), mean);
  };
  spread_out(preprocess.mean);
  spread_out(preprocess.std);
  preprocess.channels = channels;
  return preprocess;
}

/// How images are prepared: as the model file says, else as for ImageNet.
ImagePreprocess image_preprocess(const Source& source) {
  if (!source.model) return imagenet_preprocess();
  if (source.model->image) return *source.model->image;
  fail(ErrorKind::usage, "{}: reads rows of a table, got an image", source.model->name);
}

/// Images that are decoded and run together.
constexpr size_t kImagesTogether = 8;

/// Hands on images in runs of one size.
void visit_alike(const std::vector<Tensor>& inputs, const fs::path* paths, const std::function<void(const Part&)>& visit) {
  for (size_t first = 0, end = 0; first < inputs.size(); first = end) {
    Part part;
    std::vector<Tensor> alike;
    for (; end < inputs.size() && inputs[end].sizes() == inputs[first].sizes(); ++end) {
      alike.push_back(inputs[end]);
      part.images.push_back(paths[end].string());
    }
    part.input = alike.size() == 1 ? alike.front() : torch::cat(alike);
    visit(part);
  }
}

/// Decodes images in all threads. Those before a bad one are handed on.
void visit_images(const Source& source, const std::vector<fs::path>& paths, const std::function<void(const Part&)>& visit) {
  const auto preprocess = image_preprocess(source);
  for (size_t first = 0; first < paths.size(); first += kImagesTogether) {
    const auto count = std::min(kImagesTogether, paths.size() - first);
    std::vector<Tensor> inputs(count);
    std::vector<std::exception_ptr> errors(count);
    parallel(static_cast<int64_t>(count), [&](int64_t task) {
      const auto i = static_cast<size_t>(task);
      try {
        inputs[i] = preprocess(*open_image(paths[first + i]));
      } catch (...) {
        errors[i] = std::current_exception();
      }
    });
    const auto bad = std::find_if(errors.begin(), errors.end(), [](const auto& error) { return error != nullptr; });
    inputs.resize(static_cast<size_t>(bad - errors.begin()));
    visit_alike(inputs, paths.data() + first, visit);
    if (bad != errors.end()) std::rethrow_exception(*bad);
  }
}

/// The test images of a folder that has all of one size in a few files; nothing of another.
std::optional<Tensor> set_of(const fs::path& path, DataKind kind) {
  if (kind == DataKind::idx_folder) return read_idx_folder(path).test.images;
  if (kind == DataKind::cifar_folder) return read_cifar_folder(path).splits.test.images;
  return std::nullopt;
}

/// Which of `count` things are taken, so that `most` are spread over all of them; all of them if most is 0.
std::vector<int64_t> spread(int64_t count, int64_t most) {
  const auto taken = most > 0 ? std::min(count, most) : count;
  std::vector<int64_t> numbers(static_cast<size_t>(taken));
  for (int64_t i = 0; i < taken; ++i) numbers[static_cast<size_t>(i)] = i * count / taken;
  return numbers;
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
  while (const auto rows = reader.next()) visit({table_input(source, *rows), {}, rows->kept});
}

Source open_pretrained(const SourceOptions& options, c10::Device device) {
  PretrainedOptions how{.device = device, .fetch = fetch_with_progress()};
  how.fetch.verify = !options.no_verify;
  return {.model = create_pretrained(options.pretrained, "", how)};
}

Source open_plain(const SourceOptions& options, c10::Device device) {
  const auto& [weights, name, pretrained, settings, no_verify, ema, fuse] = options;
  if (!pretrained.empty()) return open_pretrained(options, device);
  const auto kind = detect_weights(weights);
  if (kind == WeightsKind::model_file) return {.model = Model::load(weights, device, !no_verify)};
  if (name.empty() && kind == WeightsKind::torchscript) return {.script = ScriptModel(weights, device)};
  if (name.empty() && kind == WeightsKind::package) {
    std::cerr << "warning: " << weights << " is compiled code, which runs with all your rights\n";
    return {.compiled = CompiledModel(weights, device)};
  }
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
    model.image = preprocess_of(model.network->input_spec().channels);
  }
  return {.model = std::move(model)};
}

}  // namespace

Tensor Source::outputs(const Tensor& input) {
  if (model) return model->outputs(input);
  return (script ? script->forward(input) : compiled->forward(input)).cpu();
}

Tensor Source::features(const Tensor& input) {
  if (compiled) fail(ErrorKind::usage, "a compiled package has no head to take off");
  if (script) fail(ErrorKind::usage, "a script has no head to take off; name its network with --model");
  return model->features(input);
}

void add_fuse_options(CLI::App& app, FuseFlags& flags) {
  auto* plain = app.add_flag("--no-fuse", flags.no_fuse, "Run the network as it is trained, not folded for inference");
  app.add_flag("--tune", flags.tune, "Time each layer's ways at the start and take the fastest");
  app.add_option("--precision", flags.precision,
                 "What is computed in: float32, bfloat16, float16 (on a GPU), int8 (of a file by convert --int8); best "
                 "is int8 where the file and the processor are made for it, else float32")
      ->capture_default_str()
      ->excludes(plain);
}

void fuse_model(Model& model, const FuseFlags& flags) {
  const auto asked = parse_numbers(flags.precision);
  const auto parameters = model.network->parameters();
  const bool on_cpu = parameters.empty() || parameters.front().is_cpu();
  if (flags.no_fuse || (!on_cpu && asked == Numbers::best)) return;
  model.fuse({.tune = flags.tune, .numbers = asked});
  const auto numbers = model.fused.front().numbers();
  if (asked == Numbers::best && !model.quantization.empty() && numbers != Numbers::int8)
    std::cerr << "note: this processor is not fast in int8; the quantized weights run in float32\n";
  if (on_cpu && numbers == Numbers::bfloat16 && !has_fast_bfloat16())
    std::cerr << "note: this processor has no bfloat16 (AVX-512 BF16); float32 is faster\n";
}

void add_source_options(CLI::App& app, SourceOptions& options) {
  auto* weights =
      app.add_option("--weights", options.weights, "A model file, a TorchScript file, a compiled .pt2 package, or weights with --model");
  auto* pretrained =
      app.add_option("--pretrained", options.pretrained,
                     "Published weights instead: resnet50, or resnet50.TAG; see reszoo-models --pretrained");
  auto* model = app.add_option("--model", options.model, "The network of weights that do not name theirs");
  pretrained->excludes(weights)->excludes(model);
  add_model_options(app, options.settings);
  app.add_flag("--no-verify", options.no_verify, "Do not compare the weights with their checksums");
  app.add_flag("--ema", options.ema, "Of a checkpoint that has averaged weights too, take these");
  add_fuse_options(app, options.fuse);
  app.final_callback([&options] {
    if (options.weights.empty() && options.pretrained.empty()) throw CLI::RequiredError("--weights or --pretrained");
  });
}

void add_input_options(CLI::App& app, InputOptions& options) {
  app.add_option("INPUT", options.inputs, "Tables, images, folders of them; - is a table on stdin")->required();
  add_table_options(app, options.table);
}

Source open_source(const SourceOptions& options, c10::Device device) {
  auto source = open_plain(options, device);
  const auto numbers = parse_numbers(options.fuse.precision);
  if (source.model)
    fuse_model(*source.model, options.fuse);
  else if (numbers != Numbers::best && numbers != Numbers::float32)
    fail(ErrorKind::usage, "--precision: {} runs as it is, in its own numbers", options.weights);
  return source;
}

bool has_images(const std::vector<std::string>& inputs) {
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
      visit_images(source, {input}, visit);
    } else if (const auto images = set_of(input, kind)) {
      visit({image_preprocess(source)(images->index_select(0, torch::tensor(spread(images->size(0), options.most))))});
    } else if (fs::is_directory(input)) {
      const auto found = images_in(input);
      std::vector<fs::path> taken;
      for (const auto i : spread(std::ssize(found), options.most)) taken.push_back(found[static_cast<size_t>(i)]);
      visit_images(source, taken, visit);
    } else {
      fail(ErrorKind::input, "{}: neither a table nor an image", input);
    }
  }
}

}  // namespace reszoo::cli
