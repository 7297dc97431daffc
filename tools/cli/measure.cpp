#include "measure.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/train/loss.h"

namespace reszoo::cli {

Metrics measure(const Target& target, const Tensor& outputs, const Tensor& targets) {
  const auto guess = target.decode(outputs);
  const auto truth = target.truth(targets);
  if (target.is_number()) {
    return {{"rmse", rmse(guess, truth)}, {"r2", r2(guess, truth)}, {"mae", mae(guess, truth)}};
  }
  const auto probability = target.probabilities(outputs.to(at::kDouble));
  return {{"accuracy", accuracy(guess, targets)},
          {"log_loss", log_loss(probability, targets)},
          {"roc_auc", roc_auc(probability, targets)}};
}

Tensor outputs_of(Model& model, const TensorBatches& rows) {
  constexpr int64_t kRows = 1024;
  std::vector<Tensor> parts;
  const auto pass = rows.in_order(kRows);
  for (int64_t i = 0; i < pass.size(); ++i) parts.push_back(model.outputs(pass[i].inputs));
  return at::cat(parts);
}

Evaluation evaluation_of(const Target& target, Domain domain, const std::string& metric) {
  const std::vector<std::string> smaller{"rmse", "mae", "log_loss", "brier", "ece", "pinball", "hamming"};
  auto decides = metric;
  if (decides.empty()) decides = target.is_number() ? "rmse" : domain == Domain::image ? "accuracy" : "log_loss";
  return {.metrics = [target](const Tensor& outputs, const Tensor& targets) { return measure(target, outputs, targets); },
          .greater_is_better = std::find(smaller.begin(), smaller.end(), decides) == smaller.end(),
          .decides = decides};
}

TensorBatches balanced(const TensorBatches& rows, const Target& target) {
  if (target.classes().empty())
    fail(ErrorKind::usage, "--balanced: needs classes, {} is of task={}", target.name(), text_of(target.task()));
  auto weights = balanced_weights(rows.targets());
  if (rows.weights().defined()) weights = weights * rows.weights();
  return rows.weighted(weights);
}

nlohmann::ordered_json to_json(const Metrics& metrics) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : metrics) json[name] = std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr;
  return json;
}

}  // namespace reszoo::cli
