#include "predictor_options.h"

#include <algorithm>
#include <iostream>

#include "app.h"
#include "download_line.h"
#include "model_options.h"
#include "reszoo/base/error.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/pretrained.h"
#include "reszoo/weights/read.h"
#include "table_options.h"

namespace reszoo::cli {
namespace {

Predictor open_plain(const PredictorFlags& flags, c10::Device device) {
  const PretrainedOptions how{.device = device,
                              .fetch = fetch_with_progress(!flags.no_verify),
                              .load = {.prefer_ema = flags.ema,
                                       .allow_non_finite = flags.allow_non_finite,
                                       .key = flags.key,
                                       .assign = true,
                                       .on_note = print_note}};
  if (!flags.pretrained.empty()) return create_pretrained(flags.pretrained, "", how);
  if (is_hub_name(flags.weights) && flags.model.empty()) return create_pretrained(flags.weights, "", how);
  const auto path = local_weights(flags.weights, how.fetch);
  if (flags.model.empty() && detect_weights(path) == WeightsKind::package)
    std::cerr << "warning: " << path.string() << " is compiled code, which runs with all your rights\n";
  return open_predictor(path, {.model = flags.model,
                               .options = parse_settings(flags.settings),
                               .verify = !flags.no_verify,
                               .prefer_ema = flags.ema,
                               .allow_non_finite = flags.allow_non_finite,
                               .key = flags.key,
                               .device = device,
                               .on_note = print_note});
}

}  // namespace

void add_fuse_options(CLI::App& app, FuseFlags& flags) {
  auto* plain =
      app.add_flag("--no-fuse", flags.no_fuse, "Run the modules as trained, without fusing them for inference");
  app.add_flag("--autotune", flags.autotune, "Time the algorithms of each layer first and use the fastest");
  app.add_option("--precision", flags.precision,
                 "float32, bfloat16, float16 (GPU only) or int8 (files of convert --int8); automatic: int8 if the "
                 "file is quantized and the processor is fast in it, else float32")
      ->capture_default_str()
      ->excludes(plain);
}

void fuse_model(Model& model, const FuseFlags& flags) {
  const auto asked = parse_precision(flags.precision);
  const auto parameters = model.network()->parameters();
  const bool on_cpu = parameters.empty() || parameters.front().is_cpu();
  if (flags.no_fuse || (!on_cpu && asked == Precision::automatic)) return;
  model.fuse({.autotune = flags.autotune, .precision = asked});
  const auto precision = model.fused().front().precision();
  if (asked == Precision::automatic && !model.quantization.empty() && precision != Precision::int8)
    print_note("this processor is not fast in int8; the quantized weights run in float32");
  if (on_cpu && precision == Precision::bfloat16 && !has_fast_bfloat16())
    print_note("this processor is not fast in bfloat16 (AMX, or AVX-512 BF16 of AMD); float32 is faster");
}

void add_predictor_options(CLI::App& app, PredictorFlags& flags) {
  auto* weights =
      app.add_option("--weights", flags.weights,
                     "A model file, a TorchScript file, a compiled .pt2 package, or the weights of --model; or "
                     "hf-hub:owner/name, a repository of the Hugging Face Hub");
  auto* pretrained =
      app.add_option("--pretrained", flags.pretrained,
                     "Use published weights: resnet50, resnet50.TAG or hf-hub:owner/name; see reszoo-models "
                     "--pretrained");
  auto* model = app.add_option("--model", flags.model, "Network of the weights, if the file does not name it");
  pretrained->excludes(weights)->excludes(model);
  add_model_options(app, flags.settings);
  app.add_flag("--no-verify", flags.no_verify, "Do not verify the checksums of the weights");
  app.add_flag("--use-ema", flags.ema, "Use the averaged (EMA) weights if the checkpoint has them");
  app.add_flag("--allow-non-finite", flags.allow_non_finite, "Load NaN and infinite weights too");
  app.add_option("--key", flags.key, "The weights to use of a file with several: student, model.teacher");
  add_fuse_options(app, flags.fuse);
  app.final_callback([&flags] {
    if (flags.weights.empty() && flags.pretrained.empty()) throw CLI::RequiredError("--weights or --pretrained");
  });
}

void add_input_options(CLI::App& app, InputFlags& flags, Notes& notes) {
  app.add_option("INPUT", flags.inputs, "Tables, images, folders or tar archives of them; -: a table on stdin")
      ->required();
  app.add_option("--on-bad", flags.on_bad, "Damaged images: stop or skip (stop)");
  app.add_option("--image-column", flags.options.path_column,
                 "Images in a table: the column of their paths (path, file, filename, image, ...)");
  app.add_option("--image-root", flags.options.image_root, "Images in a table: the folder of the paths (the table's)");
  add_table_options(app, flags.options.table, notes);
}

Predictor open(const PredictorFlags& flags, c10::Device device) {
  auto predictor = open_plain(flags, device);
  if (const auto& report = predictor.report(); report.is_noteworthy()) print_note(flags.weights + ": " + report.line());
  const auto precision = parse_precision(flags.fuse.precision);
  if (auto* model = predictor.model()) fuse_model(*model, flags.fuse);
  else if (precision != Precision::automatic && precision != Precision::float32)
    fail(ErrorKind::usage, "--precision: {} runs as it is, in its own precision", flags.weights);
  return predictor;
}

Model open_model(const std::string& weights, c10::Device device) {
  if (!is_hub_name(weights)) return Model::load(weights, device, {.assign = true});
  return create_pretrained(weights, "", {.device = device, .fetch = fetch_with_progress(), .load = {.assign = true}});
}

bool has_images(const Predictor& predictor, const InputFlags& flags) {
  return std::any_of(flags.inputs.begin(), flags.inputs.end(),
                     [&](const std::string& input) { return input != "-" && names_images(predictor, input); });
}

InputOptions input_options(const InputFlags& flags) {
  auto options = flags.options;
  options.on_bad = parse_on_bad_image(flags.on_bad);
  options.on_note = [](const std::string& line) { std::cerr << line << "\n"; };
  return options;
}

}  // namespace reszoo::cli
