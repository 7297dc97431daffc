#include "prepare.h"

#include <ATen/CPUGeneratorImpl.h>

#include "reszoo/base/error.h"
#include "reszoo/nn/table_encoder.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {
namespace {

constexpr int64_t kPixels =
    64;  // height and width of an image, length of a sequence: enough for every stem and five halvings

/// Added to height and width. The odd values reveal a dependence on even sizes; the multiples of 32 are for networks
/// that do not accept odd sizes.
constexpr std::pair<int64_t, int64_t> kOtherSizes[] = {{33, 65}, {32, 64}};

std::vector<int64_t> usual_input(const Network& network, const ExportOptions& options) {
  const auto& spec = network->input_spec();
  if (!options.input.empty()) return options.input;
  if (spec.layout == Layout::features) return {spec.channels};
  if (spec.layout == Layout::sequences) return {spec.channels, kPixels};
  return {spec.channels, kPixels, kPixels};
}

/// Writes codes that every category has, and -1, after the numeric columns.
void put_codes(Tensor& rows, const TableEncoderOptions& table) {
  for (size_t i = 0; i < table.cardinalities.size(); ++i) {
    const auto column = table.numeric + static_cast<int64_t>(i);
    const auto uniform = (rows.select(1, column) + 1) / 2;
    rows.select(1, column).copy_((uniform * (table.cardinalities[i] + 1)).floor() - 1);
  }
}

/// Draws values in [-1, 1) from a generator of its own, so that no other random sequence changes.
class Samples {
 public:
  explicit Samples(Network network) : network_(std::move(network)) {}

  Tensor of(int64_t batch, std::vector<int64_t> shape) {
    shape.insert(shape.begin(), batch);
    auto sample = torch::rand(shape, generator_) * 2 - 1;
    for (const auto& module : network_->modules(/*include_self=*/false))
      if (const auto* encoder = module->as<TableEncoderImpl>(); encoder && sample.dim() == 2)
        put_codes(sample, encoder->options);
    for (const auto& parameter : network_->parameters())
      if (parameter.is_floating_point()) return sample.to(parameter.scalar_type());
    return sample;
  }

 private:
  Network network_;
  at::Generator generator_ = at::make_generator<at::CPUGeneratorImpl>(/*seed=*/1);
};

Network copy_for_inference(const Network& network) {
  try {
    auto copy = deep_copy(network, torch::kCPU);
    copy->eval();
    return copy;
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot be copied for an export: {}", network->name(), message_of(error));
  }
}

}  // namespace

Prepared prepare_export(const Network& network, const ExportOptions& options) {
  const torch::NoGradGuard no_grad;
  if (!options.allow_non_finite) refuse_non_finite(state_of(*network), network->name());
  Prepared prepared{.network = copy_for_inference(network)};
  Samples samples(prepared.network);
  auto shape = usual_input(network, options);
  const auto add_trial = [&](int64_t batch) {
    auto input = samples.of(batch, shape);
    auto answer = prepared.network->forward(input);
    prepared.trials.push_back({std::move(input), std::move(answer)});
  };
  prepared.input = samples.of(2, shape);
  try {
    add_trial(3);
  } catch (const std::exception& error) {
    fail(ErrorKind::input, "{}: cannot take an input of (N, {}): {}; set ExportOptions::input", network->name(),
         fmt::join(shape, ", "), message_of(error));
  }
  if (network->input_spec().layout == Layout::features || !options.any_size) return prepared;
  const auto first = shape;
  for (const auto& [rows, columns] : kOtherSizes) {
    if (prepared.any_size) break;
    shape = first;
    shape[1] += rows;
    if (shape.size() > 2) shape[2] += columns;
    try {
      add_trial(1);
      prepared.any_size = true;
    } catch (const std::exception&) {
      continue;  // the network itself does not accept this size
    }
  }
  return prepared;
}

void check_pipeline(const Model& model) {
  if (!model.table && !model.image)
    fail(ErrorKind::usage, "{}: has no preprocessing; a pipeline is made from a model file of `train`", model.name);
  if (!model.target)
    fail(ErrorKind::usage, "{}: does not know what its outputs mean; a pipeline has answers", model.name);
}

ExportOptions with_prepared_input(const Model& model, ExportOptions options) {
  options.input.clear();
  options.any_size = true;
  if (!model.image) return options;
  const auto& image = *model.image;
  const auto side = image.crop ? *image.crop : image.squash ? image.resize : 0;
  if (side == 0) return options;
  options.input = {image.channels, side, side};
  options.any_size = false;
  return options;
}

}  // namespace reszoo
