#include "convert_int8.h"

#include "cli/predictor_options.h"
#include "reszoo/base/error.h"
#include "reszoo/infer/quantize_model.h"
#include "reszoo/weights/read.h"

namespace reszoo::tool {
namespace {

namespace fs = std::filesystem;

/// Batch size of calibration; value ranges are averaged over batches of this size.
constexpr int64_t kCalibrationBatch = 32;

std::vector<Tensor> read_examples(const Predictor& predictor, const ConvertArguments& a) {
  if (a.calibration_data == "-") fail(ErrorKind::usage, "--calibration-data: is a path, not stdin");
  std::vector<Tensor> batches;
  for_each_batch(predictor, a.calibration_data, {.most = a.calibration_samples}, [&](const InputBatch& part) {
    for (const auto& batch : part.input.split(kCalibrationBatch)) batches.push_back(batch);
  });
  return batches;
}

}  // namespace

nlohmann::ordered_json convert_to_int8(const ConvertArguments& a, bool quiet) {
  if (a.how.adapt || a.how.plain || a.how.size > 0)
    fail(ErrorKind::usage, "--int8: takes no --adapt, --weights-only or --img-size");
  const bool names_itself = detect_weights(a.in) == WeightsKind::model_file;
  if (names_itself && (!a.how.model.empty() || !a.settings.empty()))
    fail(ErrorKind::usage, "--model and --model-kwargs: {} already names its network", a.in.string());
  auto predictor = open_predictor(a.in, {.model = a.how.model,
                                         .options = a.how.options,
                                         .verify = a.how.verify,
                                         .prefer_ema = a.how.prefer_ema,
                                         .key = a.how.key,
                                         .on_note = a.how.on_note});
  if (!predictor.model())
    fail(ErrorKind::usage, "--int8: {} cannot be quantized; give weights, and their network with --model",
         a.in.string());
  auto& model = *predictor.model();
  if (a.how.image) model.image = a.how.image;
  const auto agreement = quantize_model(model, read_examples(predictor, a), {.max_drop = a.max_drop / 100});
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

}  // namespace reszoo::tool
