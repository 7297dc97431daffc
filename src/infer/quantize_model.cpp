#include "reszoo/infer/quantize_model.h"

#include <algorithm>
#include <limits>
#include <utility>

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

/// Compares quantizations of a network on the same examples.
class Comparison {
 public:
  Comparison(const Network& network, const std::vector<Tensor>& batches)
      : network_(network), batches_(batches), exact_(outputs_of(fuse(network), batches)) {}

  Agreement of(const Quantization& quantization) const {
    const auto rounded =
        outputs_of(fuse(network_, {.precision = Precision::int8, .quantization = quantization}), batches_);
    return {.examples = exact_.size(0),
            .same_class = exact_.argmax(1).eq(rounded.argmax(1)).to(torch::kDouble).mean().item<double>(),
            .error = ((rounded - exact_).norm() / exact_.norm().clamp_min(1e-30)).item<double>()};
  }

 private:
  Network network_;
  const std::vector<Tensor>& batches_;
  Tensor exact_;
};

/// Returns the quantization whose ranges give the outputs that are nearest to float32's.
Quantization best_ranges(const Calibration& calibration, const Comparison& comparison,
                         const std::optional<RangeRule>& rule) {
  if (rule) return calibration.result(*rule);
  Quantization best;
  double least = std::numeric_limits<double>::infinity();
  for (const auto candidate : {RangeRule::average, RangeRule::percentile, RangeRule::least_error}) {
    auto quantization = calibration.result(candidate);
    if (const auto error = comparison.of(quantization).error; error < least || best.empty()) {
      least = error;
      best = std::move(quantization);
    }
  }
  return best;
}

/// Returns the layers, the one that changes the outputs most by itself first.
std::vector<std::string> by_sensitivity(const Quantization& quantization, const Comparison& comparison) {
  std::vector<std::pair<double, std::string>> errors;
  for (const auto& layer : quantization.layers) {
    auto alone = quantization;
    alone.layers = {layer};
    errors.emplace_back(comparison.of(alone).error, layer);
  }
  std::stable_sort(errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> layers;
  for (const auto& [error, layer] : errors) layers.push_back(layer);
  return layers;
}

Quantization without(Quantization quantization, const std::vector<std::string>& layers) {
  std::erase_if(quantization.layers,
                [&](const auto& layer) { return std::find(layers.begin(), layers.end(), layer) != layers.end(); });
  return quantization;
}

/// Leaves as few of the most sensitive layers in float32 as `max_drop` needs, found by halving.
std::vector<std::string> layers_to_keep(const Quantization& quantization, const Comparison& comparison,
                                        double max_drop) {
  const auto enough = [&](const Agreement& agreement) { return agreement.same_class >= 1 - max_drop; };
  if (enough(comparison.of(quantization))) return {};
  const auto layers = by_sensitivity(quantization, comparison);
  const auto first = [&](int64_t count) { return std::vector<std::string>(layers.begin(), layers.begin() + count); };
  int64_t too_few = 0, many = std::ssize(layers);
  while (too_few + 1 < many) {
    const auto half = (too_few + many) / 2;
    (enough(comparison.of(without(quantization, first(half)))) ? many : too_few) = half;
  }
  return first(many);
}

}  // namespace

std::string Agreement::text() const {
  return fmt::format("{} examples: {:.2f} % have the class of float32; error of the outputs {:.3f}{}", examples,
                     100 * same_class, error,
                     kept.empty() ? "" : fmt::format("; in float32 stay {}", fmt::join(kept, ", ")));
}

nlohmann::ordered_json Agreement::to_json() const {
  return {{"examples", examples}, {"same_class", same_class}, {"error", error}, {"kept", kept}};
}

Agreement quantize_model(Model& model, const std::vector<Tensor>& batches, const QuantizeOptions& options) {
  if (model.networks.size() > 1) fail(ErrorKind::usage, "{}: is an ensemble; int8 is for one network", model.name);
  Calibration calibration(model.network());
  for (const auto& batch : batches) calibration.add(batch);
  const Comparison comparison(model.network(), batches);
  auto quantization = best_ranges(calibration, comparison, options.ranges);
  const auto kept = layers_to_keep(quantization, comparison, options.max_drop);
  quantization = without(std::move(quantization), kept);
  if (quantization.empty())
    fail(ErrorKind::usage, "{}: no layer can be quantized so that {} % of the classes stay", model.name,
         100 * (1 - options.max_drop));
  calibration.correct_biases(quantization.layers);
  round_weights(model.network(), quantization.layers);
  model.quantization = std::move(quantization);
  auto agreement = comparison.of(model.quantization);
  agreement.kept = kept;
  return agreement;
}

}  // namespace reszoo
