#include "quantize.h"

#include "reszoo/base/error.h"
#include "reszoo/weights/quantized.h"

namespace reszoo::cli {
namespace {

/// Images that the ranges are averaged over.
constexpr int64_t kBatch = 32;

std::vector<Tensor> read_images(const Source& source, const CalibrateOptions& options) {
  if (options.path == "-") fail(ErrorKind::usage, "--calibrate: images are read from a path, not from stdin");
  std::vector<Tensor> batches;
  for_each_input(source, {.inputs = {options.path}, .keep = {}, .table = {}, .most = options.most},
                 [&](const Part& part) {
                   for (const auto& batch : part.input.split(kBatch)) batches.push_back(batch);
                 });
  return batches;
}

Tensor outputs_of(const FusedNetwork& fused, const std::vector<Tensor>& batches) {
  std::vector<Tensor> outputs;
  for (const auto& batch : batches) outputs.push_back(fused.forward(batch));
  return torch::cat(outputs);
}

/// What the file's weights will be: rounded.
void round_weights(const Network& network, const std::vector<std::string>& layers) {
  const torch::NoGradGuard no_grad;
  const auto parameters = network->named_parameters();
  for (const auto& layer : layers) {
    auto weight = parameters[layer + ".weight"];
    weight.copy_(QuantizedWeight::of(weight).weight());
  }
}

}  // namespace

std::string Agreement::text() const {
  return fmt::format("{} images: {:.2f} % have the class of float32; error of the outputs {:.3f}", images,
                     100 * same_class, error);
}

nlohmann::ordered_json Agreement::to_json() const {
  return {{"images", images}, {"same_class", same_class}, {"error", error}};
}

Agreement quantize(Source& source, const std::string& name, const CalibrateOptions& options) {
  if (!source.model)
    fail(ErrorKind::usage, "--int8: {} runs as it is; give weights, and their network by --model", name);
  auto& model = *source.model;
  if (!model.further.empty()) fail(ErrorKind::usage, "--int8: {} is an ensemble; int8 is for one network", name);
  if (model.table) fail(ErrorKind::usage, "--int8: {} reads rows of a table; int8 is for images", name);
  if (!model.image) fail(ErrorKind::usage, "--int8: {} does not say how images are prepared", name);
  const auto batches = read_images(source, options);
  Calibration calibration(model.network);
  for (const auto& batch : batches) calibration.add(batch);
  const auto exact = outputs_of(fuse(model.network), batches);
  model.quantization = calibration.result();
  round_weights(model.network, model.quantization.layers);
  const auto rounded =
      outputs_of(fuse(model.network, {.numbers = Numbers::int8, .quantization = model.quantization}), batches);
  return {.images = exact.size(0),
          .same_class = exact.argmax(1).eq(rounded.argmax(1)).to(torch::kDouble).mean().item<double>(),
          .error = ((rounded - exact).norm() / exact.norm().clamp_min(1e-30)).item<double>()};
}

}  // namespace reszoo::cli
