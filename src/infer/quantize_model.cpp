#include "reszoo/infer/quantize_model.h"

#include "reszoo/base/error.h"
#include "reszoo/weights/quantized.h"

namespace reszoo {
namespace {

Tensor outputs_of(const FusedNetwork& fused, const std::vector<Tensor>& batches) {
  std::vector<Tensor> outputs;
  for (const auto& batch : batches) outputs.push_back(fused.forward(batch));
  return torch::cat(outputs);
}

/// Rounds the weights to the values that the file will have.
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

Agreement quantize_model(Model& model, const std::vector<Tensor>& batches) {
  if (model.networks.size() > 1) fail(ErrorKind::usage, "{}: is an ensemble; int8 is for one network", model.name);
  if (model.table) fail(ErrorKind::usage, "{}: reads rows of a table; int8 is for images", model.name);
  Calibration calibration(model.network());
  for (const auto& batch : batches) calibration.add(batch);
  const auto exact = outputs_of(fuse(model.network()), batches);
  model.quantization = calibration.result();
  round_weights(model.network(), model.quantization.layers);
  const auto rounded =
      outputs_of(fuse(model.network(), {.precision = Precision::int8, .quantization = model.quantization}), batches);
  return {.images = exact.size(0),
          .same_class = exact.argmax(1).eq(rounded.argmax(1)).to(torch::kDouble).mean().item<double>(),
          .error = ((rounded - exact).norm() / exact.norm().clamp_min(1e-30)).item<double>()};
}

}  // namespace reszoo
