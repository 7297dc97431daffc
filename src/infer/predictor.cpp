#include "reszoo/infer/predictor.h"

#include <numeric>

#include "reszoo/base/error.h"
#include "reszoo/infer/unanswered.h"
#include "reszoo/nn/skip_init.h"
#include "reszoo/zoo/identify.h"
#include "reszoo/zoo/load_network.h"

namespace reszoo {
namespace {

/// Returns ImageNet's preprocessing. With another number of channels than three, mean and standard deviation are
/// averaged over the three.
ImagePreprocess imagenet_preprocess_for(int64_t channels) {
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

/// Loads weights into the model that the options name, or else into the one that matches them.
Predictor open_weights(const std::filesystem::path& path, const PredictorOptions& options) {
  const LoadOptions how{.verify = options.verify,
                        .prefer_ema = options.prefer_ema,
                        .allow_non_finite = options.allow_non_finite,
                        .key = options.key,
                        .assign = true,
                        .on_note = options.on_note};
  const auto state = read_weights(path, how.read());
  Model model;
  std::tie(model.name, model.options) = model_for(state, path.string(), options.model, options.options);
  {
    const SkipInit skip_init;  // all weights are loaded next
    model.networks = {create_model(model.name, model.options)};
  }
  auto report = load_state(*model.network(), state, how.of_read_state(), path.string());
  model.network()->to(options.device);
  if (registry().find(model.name).domain == Domain::image)
    model.image = imagenet_preprocess_for(model.network()->input_spec().channels);
  return {std::move(model), std::move(report)};
}

Column number_column(const std::string& name, const Tensor& values) {
  return {.name = name, .numbers = values.to(torch::kDouble).contiguous()};
}

}  // namespace

Tensor Predictor::outputs(const Tensor& input) {
  if (auto* one = model()) {
    if (!one->target && !one->network()->has_head())
      fail(ErrorKind::usage,
           "{}: the weights have no head, so they predict nothing; features extracts what a head would read, train "
           "--initial-checkpoint FILE --adapt trains a new one",
           one->name);
    return one->outputs(input);
  }
  if (const auto* script = std::get_if<ScriptModel>(&any_)) return script->forward(input).cpu();
  return std::get<CompiledModel>(any_).forward(input).cpu();
}

Tensor Predictor::features(const Tensor& input) {
  if (auto* one = model()) return one->features(input);
  if (std::holds_alternative<CompiledModel>(any_)) fail(ErrorKind::usage, "a compiled package has no head to take off");
  fail(ErrorKind::usage, "a script has no head to take off; name its network with model");
}

ImagePreprocess Predictor::image_preprocess() const {
  const auto* one = model();
  if (one == nullptr) return imagenet_preprocess();
  if (one->image) return *one->image;
  fail(ErrorKind::usage, "{}: reads rows of a table, got an image", one->name);
}

std::vector<std::string> Predictor::classes(const Tensor& outputs) const {
  if (model() != nullptr && model()->target) return model()->target->classes();
  std::vector<std::string> names;
  for (int64_t c = 0; outputs.dim() == 2 && outputs.size(1) > 1 && c < outputs.size(1); ++c)
    names.push_back(std::to_string(c));
  return names;
}

Tensor Predictor::probabilities(const Tensor& outputs) const {
  if (classes(outputs).empty()) return {};
  if (model() != nullptr && model()->target) return model()->target->probabilities(outputs).to(torch::kDouble);
  return outputs.to(torch::kDouble).softmax(1);
}

Tensor Predictor::unanswered(const Tensor& outputs) const {
  return unanswered_rows(outputs, model() != nullptr ? model()->target : std::nullopt);
}

Frame Predictor::table(const Tensor& outputs, bool with_probabilities) const {
  auto frame = plain_table(outputs, with_probabilities);
  set_missing(frame, unanswered(outputs));
  return frame;
}

/// Returns the predictions, whether there is an answer or not.
Frame Predictor::plain_table(const Tensor& outputs, bool with_probabilities) const {
  if (model() != nullptr && model()->target) {
    const auto& target = *model()->target;
    return target.table(outputs, with_probabilities && !target.is_number());
  }
  if (outputs.dim() != 2)
    fail(ErrorKind::input, "the model's outputs have {} dimensions, 2 are expected", outputs.dim());
  if (outputs.size(1) == 1) return {{number_column("prediction", outputs.squeeze(1))}};
  const auto names = classes(outputs);
  const auto each = probabilities(outputs);
  Frame frame{{{.name = "prediction", .kind = Column::Kind::text, .codes = each.argmax(1), .words = names}}};
  for (int64_t c = 0; with_probabilities && c < outputs.size(1); ++c)
    frame.columns.push_back(number_column("probability_" + names[static_cast<size_t>(c)], each.select(1, c)));
  return frame;
}

Predictor open_predictor(const std::filesystem::path& path, const PredictorOptions& options) {
  const auto kind = detect_weights(path);
  if (kind == WeightsKind::model_file)
    return Model::load(path, options.device,
                       {.verify = options.verify, .allow_non_finite = options.allow_non_finite, .assign = true});
  if (options.model.empty() && kind == WeightsKind::torchscript) return ScriptModel(path, options.device);
  if (options.model.empty() && kind == WeightsKind::package) return CompiledModel(path, options.device);
  return open_weights(path, options);
}

}  // namespace reszoo
