#include "reszoo/infer/model.h"

#include <algorithm>
#include <limits>

#include "network_snapshot.h"
#include "reszoo/base/error.h"
#include "reszoo/infer/average_outputs.h"
#include "reszoo/infer/image_batches.h"
#include "reszoo/infer/unanswered.h"

namespace reszoo {
namespace {

/// Runs `forward` over the rows in batches and concatenates the results on the CPU.
template <typename Forward>
Tensor in_batches(const Tensor& input, int64_t batch_size, torch::Device device, Forward forward) {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> results;
  for (const auto& batch : input.split(batch_size)) results.push_back(forward(batch.to(device)).cpu());
  return results.size() == 1 ? results.front() : torch::cat(results);
}

/// Returns the first parameter of a module, or nothing. Listing all of them with their names takes longer than running
/// a small network.
std::optional<Tensor> first_parameter(const nn::Module& module) {
  if (const auto own = module.parameters(/*recurse=*/false); !own.empty()) return own.front();
  for (const auto& child : module.children())
    if (auto found = first_parameter(*child)) return found;
  return std::nullopt;
}

/// Returns the device of the weights, or of the input if there are no weights.
torch::Device device_of(const Network& network, const Tensor& input) {
  const auto parameter = first_parameter(*network);
  return parameter ? parameter->device() : input.device();
}

/// Returns the result of each network for all rows. `run` takes a Network or a FusedNetwork. A fused network on a CPU
/// splits the rows of a table itself, so it gets all of them.
template <typename Run>
std::vector<Tensor> of_each(std::vector<Network>& networks, const std::vector<FusedNetwork>& fused, const Tensor& input,
                            int64_t batch_size, Run run) {
  std::vector<Tensor> results;
  if (!fused.empty() && input.dim() == 2 && input.is_cpu()) batch_size = std::max(batch_size, input.size(0));
  for (size_t i = 0; i < networks.size(); ++i) {
    if (fused.empty()) networks[i]->eval();
    results.push_back(in_batches(input, batch_size, device_of(networks[i], input), [&](const Tensor& x) {
      return fused.empty() ? run(*networks[i], x) : run(fused[i], x);
    }));
  }
  return results;
}

/// Sets the results of rows whose input is not finite to NaN. An int8 network reads such an input as some number.
Tensor keep_nan(const Model& model, const Tensor& input, Tensor results) {
  if (model.fused().empty() || model.fused().front().precision() != Precision::int8) return results;
  const auto bad = input.isfinite().flatten(1).all(1).logical_not().cpu();
  if (bad.any().item<bool>()) results.index_put_({bad}, std::numeric_limits<double>::quiet_NaN());
  return results;
}

/// Returns the weighted average of the networks' predictions, as outputs.
Tensor member_outputs(Model& model, const Tensor& input, int64_t batch_size) {
  if (!model.target)
    fail(ErrorKind::usage, "{}: members are averaged as their target says, which is not set", model.name);
  if (model.members.size() != model.networks.size())
    fail(ErrorKind::usage, "{}: has {} networks, but {} members", model.name, model.networks.size(),
         model.members.size());
  const auto each = of_each(model.networks, model.fused(), input, batch_size,
                            [&](auto& one, const Tensor& x) { return average_outputs(*model.target, one.forward(x)); });
  std::vector<double> weights;
  for (const auto& member : model.members) weights.push_back(member.weight);
  return average_outputs(*model.target, torch::stack(each, 1), torch::tensor(weights, torch::kDouble));
}

/// Predicts images in their order.
template <typename Image, typename Prepare>
std::vector<Prediction> predict_images(Model& model, std::span<const Image> images, Prepare prepare) {
  if (images.empty()) return {};
  return model.read(run_images(
      std::ssize(images), [&](int64_t i) { return prepare(images[static_cast<size_t>(i)]); },
      [&](const Tensor& input) { return model.outputs(input); }));
}

std::vector<double> values_of(const Tensor& row) {
  const auto values = row.contiguous();
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

/// Marks a prediction as none: NaN for each number, and "" for each text.
void set_unanswered(Prediction& said) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  said.answered = false;
  said.value = kNone;
  said.label.clear();
  std::fill(said.probabilities.begin(), said.probabilities.end(), kNone);
  std::fill(said.values.begin(), said.values.end(), kNone);
  std::fill(said.labels.begin(), said.labels.end(), "");
}

/// Returns the class names of the target's column `t`.
const std::vector<std::string>& words_of(const Target& target, size_t t) {
  return target.labels().empty() ? target.classes() : target.labels()[t];
}

}  // namespace

const Network& Model::network() const {
  if (networks.empty()) fail(ErrorKind::usage, "{}: has no network yet", name.empty() ? "model" : name);
  return networks.front();
}

Network& Model::network() { return const_cast<Network&>(std::as_const(*this).network()); }

void Model::fuse(const FuseOptions& how) {
  auto shared = how;
  shared.share_weights = true;
  shared.algorithms.insert(algorithms.begin(), algorithms.end());
  if (shared.quantization.empty()) shared.quantization = quantization;
  std::vector<FusedNetwork> made;
  std::vector<std::shared_ptr<const NetworkSnapshot>> from;
  for (const auto& one : networks) {
    made.push_back(reszoo::fuse(one, shared));
    from.push_back(std::make_shared<const NetworkSnapshot>(one));
  }
  fused_state.networks_ = std::move(made);
  fused_state.from_ = std::move(from);
}

void Model::unfuse() { fused_state = {}; }

const std::vector<FusedNetwork>& Model::fused() const {
  const auto& from = fused_state.from_;
  bool current = from.empty() || from.size() == networks.size();
  for (size_t i = 0; current && i < from.size(); ++i) current = from[i]->is_current(networks[i]);
  if (!current)
    fail(ErrorKind::usage, "{}: a network was changed after fuse(); call fuse() again, or unfuse() to run it as it is",
         name);
  return fused_state.networks_;
}

Tensor Model::input(const Frame& rows, UnseenCounts* unseen) const {
  if (!table) fail(ErrorKind::usage, "{}: reads images, got rows of a table", name);
  return table->transform(rows, unseen);
}

Tensor Model::input(const ImageView& view) const {
  if (!image) fail(ErrorKind::usage, "{}: reads rows of a table, got an image", name);
  return (*image)(view);
}

Tensor Model::input(const LazyImage& opened) const {
  if (!image) fail(ErrorKind::usage, "{}: reads rows of a table, got an image", name);
  return (*image)(opened);
}

Tensor Model::outputs(const Tensor& prepared, int64_t batch_size) {
  if (!members.empty()) return keep_nan(*this, prepared, member_outputs(*this, prepared, batch_size));
  auto each =
      of_each(networks, fused(), prepared, batch_size, [](auto& one, const Tensor& x) { return one.forward(x); });
  if (each.size() > 1)
    for (auto& outputs : each)
      if (outputs.dim() == 2) outputs = outputs.unsqueeze(1);
  return keep_nan(*this, prepared, each.size() == 1 ? each.front() : torch::cat(each, 1));
}

Tensor Model::features(const Tensor& prepared, int64_t batch_size) {
  const auto each =
      of_each(networks, fused(), prepared, batch_size, [](auto& one, const Tensor& x) { return one.features(x); });
  return keep_nan(*this, prepared, each.size() == 1 ? each.front() : torch::cat(each, 1));
}

std::vector<Prediction> Model::read(const Tensor& outputs) const {
  if (!target) fail(ErrorKind::usage, "{}: does not know what its outputs mean", name);
  std::vector<Prediction> predictions(static_cast<size_t>(outputs.size(0)));
  const auto decoded = target->decode(outputs).to(torch::kCPU, torch::kFloat64);
  const auto each = decoded.dim() == 1 ? decoded.unsqueeze(1) : decoded;
  const auto probabilities =
      target->is_number() ? Tensor() : target->probabilities(outputs).to(torch::kCPU, torch::kFloat64);
  const auto unanswered = unanswered_rows(outputs, target);
  const bool quantiles = target->task() == Task::quantile;
  const auto medians = quantiles ? target->median_of(each) : Tensor();
  // Without a median all quantiles are on one side of it.
  const size_t nearest = quantiles && target->quantiles().front() < 0.5 ? target->quantiles().size() - 1 : 0;
  for (size_t i = 0; i < predictions.size(); ++i) {
    auto& said = predictions[i];
    const auto row = values_of(each[static_cast<int64_t>(i)]);
    if (probabilities.defined()) said.probabilities = values_of(probabilities[static_cast<int64_t>(i)]);
    for (size_t t = 0; t < row.size(); ++t)
      said.labels.push_back(target->is_number() ? target->text_of_number(row[t])
                                                : words_of(*target, t)[static_cast<size_t>(row[t])]);
    said.label = said.labels.front();
    if (target->is_number()) {
      said.value = medians.defined() ? medians[static_cast<int64_t>(i)].item<double>() : row[nearest];
      said.label = target->text_of_number(said.value);
      said.values = row;
    }
    if (unanswered[static_cast<int64_t>(i)].item<bool>()) set_unanswered(said);
  }
  return predictions;
}

Prediction Model::predict(const Row& row) { return predict(frame_of({row})).front(); }

Prediction Model::predict(const ImageView& view) { return read(outputs(input(view))).front(); }

Prediction Model::predict(const LazyImage& opened) { return read(outputs(input(opened))).front(); }

std::vector<Prediction> Model::predict(const Frame& rows, UnseenCounts* unseen) {
  return read(outputs(input(rows, unseen)));
}

std::vector<Prediction> Model::predict(std::span<const Row> rows) {
  return rows.empty() ? std::vector<Prediction>{} : predict(frame_of(std::vector<Row>(rows.begin(), rows.end())));
}

std::vector<Prediction> Model::predict(std::span<const ImageView> images) {
  return predict_images(*this, images, [&](const ImageView& view) { return input(view); });
}

std::vector<Prediction> Model::predict(std::span<const std::unique_ptr<LazyImage>> images) {
  return predict_images(*this, images, [&](const std::unique_ptr<LazyImage>& opened) { return input(*opened); });
}

}  // namespace reszoo
