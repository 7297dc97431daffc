// Exports image models with their preprocessing to TorchScript.
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "prepare.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/export/torchscript.h"
#include "reszoo/infer/average_outputs.h"
#include "script_module.h"

namespace reszoo {
namespace {

namespace jit = torch::jit;

// Numbers of dtypes in TorchScript's source.
constexpr int kFloat = 6, kDouble = 7;

/// The filters of Pillow, of `x`, the distance.
std::string filter_source(const std::string& interpolation) {
  if (interpolation == "bicubic")
    return "torch.where(x < 1, (1.5 * x - 2.5) * x * x + 1, "
           "torch.where(x < 2, ((-0.5 * x + 2.5) * x - 4) * x + 2, torch.zeros_like(x)))";
  if (interpolation == "lanczos") return "torch.where(x < 3, torch.sinc(x) * torch.sinc(x / 3), torch.zeros_like(x))";
  return "torch.clamp(1 - x, min=0)";
}

/// Returns the expression for a side after resizing, see image_window.h.
std::string side_source(const ImagePreprocess& image) {
  const auto side = image.resize;
  if (side == 0) return "size";
  if (image.squash) return std::to_string(side);
  if (image.border) return fmt::format("max(int(round(size / (max(height, width) / {}))), 1)", side);
  return fmt::format("{} * size // min(height, width)", side);
}

std::string row_source(const std::vector<double>& values) {
  return fmt::format("torch.tensor([{}], dtype={}, device=x.device).view(-1, 1, 1)", fmt::join(values, ", "), kDouble);
}

std::string normalise_source(const ImagePreprocess& image) {
  std::string source = "    x = x / 255\n";
  const auto apply = [&](char op, const std::vector<double>& values) {
    if (!values.empty()) source += fmt::format("    x = x {} {}.to({})\n", op, row_source(values), kFloat);
  };
  apply('-', image.mean);
  apply('/', image.std);
  return source;
}

std::string border_source(const ImagePreprocess& image) {
  if (!image.border || image.mean.empty()) return "";
  std::vector<double> colour;
  for (const double mean : image.mean) colour.push_back(std::clamp(std::nearbyint(255 * mean), 0.0, 255.0));
  return fmt::format(
      "    inside = torch.matmul(down.sum(1, keepdim=True), across.sum(1).unsqueeze(0)) > 0.5\n"
      "    x = torch.where(inside, x, {}.to({}))\n",
      row_source(colour), kFloat);
}

/// Resizing is a product with a matrix for each side, whose rows are Pillow's shares; the crop is a range of rows.
std::string resize_source(const ImagePreprocess& image) {
  if (image.resize == 0 && !image.crop) return "";
  const auto part = image.crop ? fmt::format("self.crop_start({{0}}), {}", *image.crop) : std::string("0, {0}");
  const auto weights = [&](const char* inputs, const char* outputs) {
    return fmt::format("self.shares({}, {}, {}, x)", inputs, outputs, fmt::format(fmt::runtime(part), outputs));
  };
  return fmt::format(R"(    height, width = x.size(2), x.size(3)
    rows = self.resized_side(height, width, height)
    columns = self.resized_side(height, width, width)
    down = {}
    across = {}
    if height > rows and height - rows > 2 * (width - columns):
        x = torch.clamp(torch.floor(torch.matmul(down, x) + 0.5), 0, 255)
        x = torch.clamp(torch.floor(torch.matmul(x, across.t()) + 0.5), 0, 255)
    else:
        x = torch.clamp(torch.floor(torch.matmul(x, across.t()) + 0.5), 0, 255)
        x = torch.clamp(torch.floor(torch.matmul(down, x) + 0.5), 0, 255)
{})",
                     weights("height", "rows"), weights("width", "columns"), border_source(image));
}

/// Returns the methods that turn bytes into the network's input.
std::string source_of(const ImagePreprocess& image) {
  return fmt::format(R"(
def resized_side(self, height: int, width: int, size: int) -> int:
    return {side}

def crop_start(self, size: int) -> int:
    if size < {crop}:
        return -(({crop} - size) // 2)
    return int(round((size - {crop}) / 2))

def shares(self, inputs: int, outputs: int, start: int, count: int, like: Tensor) -> Tensor:
    places = torch.arange(start, start + count, dtype={wide}, device=like.device).unsqueeze(1)
    scale = inputs / outputs
    pixels = torch.arange(inputs, dtype={wide}, device=like.device) + 0.5
    x = torch.abs((pixels - (places + 0.5) * scale) / max(scale, 1.0))
    shares = {filter}
    shares = torch.round(shares / shares.sum(1, keepdim=True) * 4194304) / 4194304
    inside = torch.logical_and(places >= 0, places < outputs)
    return torch.where(inside, shares, torch.zeros_like(shares)).to({narrow})

def prepare(self, images: Tensor) -> Tensor:
    x = images.to({narrow})
{resize}{normalise}    return x

def forward(self, images: Tensor) -> Tensor:
    return self.answers(self.prepare(images))
)",
                     fmt::arg("side", side_source(image)), fmt::arg("crop", image.crop.value_or(0)),
                     fmt::arg("wide", kDouble), fmt::arg("narrow", kFloat),
                     fmt::arg("filter", filter_source(image.interpolation)), fmt::arg("resize", resize_source(image)),
                     fmt::arg("normalise", normalise_source(image)));
}

/// Returns what `predict` says of an input: probabilities, or numbers.
Tensor answers(const Model& model, std::vector<Prepared>& networks, const Tensor& x) {
  std::vector<Tensor> each;
  for (auto& one : networks) each.push_back(one.network->forward(x));
  auto outputs = each.front();
  if (!model.members.empty()) {
    std::vector<double> weights;
    for (const auto& member : model.members) weights.push_back(member.weight);
    for (auto& one : each) one = average_outputs(*model.target, one);
    outputs = average_outputs(*model.target, torch::stack(each, 1), torch::tensor(weights, torch::kDouble));
  } else if (each.size() > 1) {
    for (auto& one : each)
      if (one.dim() == 2) one = one.unsqueeze(1);
    outputs = torch::cat(each, 1);
  }
  return model.target->is_number() ? model.target->decode(outputs) : model.target->probabilities(outputs);
}

/// The networks as they are in the model file: one is the root, several are below `networks`.
jit::Module mirrored(const std::vector<Prepared>& networks) {
  const auto unit = std::make_shared<jit::CompilationUnit>();
  if (networks.size() == 1) return mirror(*networks.front().network, unit);
  const auto make = [&](const char* name) {
    return jit::Module(c10::QualifiedName(std::string("__torch__.reszoo.") + name), unit, /*shouldMangle=*/true);
  };
  auto root = make("Ensemble"), list = make("Networks");
  for (auto* module : {&root, &list}) module->register_attribute("training", c10::BoolType::get(), false);
  for (size_t i = 0; i < networks.size(); ++i)
    list.register_module(std::to_string(i), mirror(*networks[i].network, unit));
  root.register_module("networks", list);
  return root;
}

/// Bytes without a pattern: a ramp would have many sums that are a half.
Tensor noise(const std::vector<int64_t>& shape) {
  const auto count = std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
  const auto hashed = torch::arange(count, torch::kLong) * 2654435761;
  return hashed.bitwise_right_shift(13).bitwise_and(255).to(torch::kByte).view(shape);
}

/// Returns whether all bytes but a few, whose sums round to the next one, are the same.
bool agree_on_bytes(const Tensor& found, const Tensor& wanted, const ImagePreprocess& image) {
  if (found.sizes() != wanted.sizes()) return false;
  const auto least = image.std.empty() ? 1.0 : *std::min_element(image.std.begin(), image.std.end());
  const auto error = (found - wanted).abs();
  return error.max().item<double>() < 1.5 / 255 / least &&
         error.gt(1e-5).to(torch::kDouble).mean().item<double>() < 0.01;
}

void verify(const std::string& bytes, const Model& model, std::vector<Prepared>& networks) {
  const jit::GraphOptimizerEnabledGuard unoptimised(false);  // optimization takes longer than it saves in two runs
  auto script = load_script(bytes);
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{70, 45}, {64, 96}}) {
    const auto images = noise({2, model.image->channels, height, width});
    const auto input = (*model.image)(images);
    if (!agree_on_bytes(script.run_method("prepare", images).toTensor(), input, *model.image))
      fail(ErrorKind::input, "{}: as TorchScript it does not prepare images of {} x {} as the model does", model.name,
           height, width);
    if (!agree(script.run_method("answers", input).toTensor(), answers(model, networks, input)))
      fail(ErrorKind::input, "{}: as TorchScript it does not answer what the model does", model.name);
  }
}

}  // namespace

void export_torchscript(const Model& model, const std::filesystem::path& path, const ExportOptions& options) {
  const torch::NoGradGuard no_grad;
  if (model.table)
    fail(ErrorKind::usage, "{}: reads rows of a table; as a pipeline they can be exported to ONNX only", model.name);
  check_pipeline(model);
  std::vector<Prepared> networks;
  for (const auto& network : model.networks)
    networks.push_back(prepare_export(network, with_prepared_input(model, options)));
  std::string bytes;
  try {
    auto script = mirrored(networks);
    trace_method(script, "answers", networks.front().input,
                 [&](const Tensor& x) { return answers(model, networks, x); });
    script.define(source_of(*model.image));
    const auto& target = *model.target;
    script.register_attribute(
        "classes", c10::ListType::ofStrings(),
        c10::impl::toList(c10::List<std::string>(target.classes().empty() ? target.names() : target.classes())));
    bytes = serialize(script, options);
    if (options.verify) verify(bytes, model, networks);
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot be exported as TorchScript: {}", model.name, message_of(error));
  }
  write_file(path, bytes);
}

}  // namespace reszoo
