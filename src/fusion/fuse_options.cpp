#include "fusion/fuse_options.h"

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "runtime/precision_plan.h"

namespace reszoo {
namespace detail {
namespace {

/// Throws unless the key is that of a layer for which `fits` is true.
template <typename Fits>
void check_key(const NetworkImpl& network, const Program& program, const std::string& key, const std::string& what,
               const Fits& fits) {
  std::vector<std::string> known;
  for (const auto& node : program.nodes)
    if (node.conv() && fits(*node.conv())) known.push_back(node.key);
  if (std::find(known.begin(), known.end(), key) == known.end())
    fail(ErrorKind::usage, "{}: no {} \"{}\"{}", network.name(), what, key, suggestion(key, known));
}

void check_algorithms(const NetworkImpl& network, const Program& program,
                      const std::map<std::string, std::string>& algorithms) {
  for (const auto& [key, algorithm] : algorithms)
    check_key(network, program, key, "convolution or linear layer", [](const auto&) { return true; });
}

/// The range of the input of every int8 layer must be known.
void check_quantization(const NetworkImpl& network, const Program& program, const Quantization& quantization) {
  for (const auto& key : quantization.layers)
    check_key(network, program, key, "convolution or linear layer", [](const auto&) { return true; });
  for (const auto& node : program.nodes) {
    if (!node.conv() || std::ranges::find(quantization.layers, node.key) == quantization.layers.end()) continue;
    const auto& read = program.nodes[node.inputs[0]];
    if (!range_of(quantization, read))
      fail(ErrorKind::usage, "{}: the quantization has no range of {}", network.name(), result_name(read));
  }
}

}  // namespace

TensorType type_of(const Network& network) {
  const auto parameters = network->parameters();
  TensorType type;
  if (parameters.empty()) return type;
  type.device = parameters.front().device();
  type.type = type.module_type = parameters.front().scalar_type();
  for (const auto& item : network->named_parameters())
    if (item.value().device() != type.device || item.value().scalar_type() != type.type ||
        !item.value().is_floating_point() || (type.device.is_cpu() && type.type != at::kFloat))
      fail(ErrorKind::device,
           "{}: a network of float32 on the CPU, or of one floating type on a GPU, can be fused, got "
           "{} of {} on {}",
           network->name(), item.key(), c10::toString(item.value().scalar_type()), item.value().device().str());
  return type;
}

Precision precision_of(const Network& network, const FuseOptions& options, const TensorType& type) {
  auto precision = options.precision;
  if (precision == Precision::automatic)
    precision = !options.quantization.empty() && type.device.is_cpu() && has_fast_int8() ? Precision::int8
                : type.type == at::kHalf                                                 ? Precision::float16
                : type.type == at::kBFloat16                                             ? Precision::bfloat16
                                                                                         : Precision::float32;
  if (precision == Precision::int8 && options.quantization.empty())
    fail(ErrorKind::usage, "{}: int8 needs a quantization, which a calibration makes", network->name());
  if (precision == Precision::int8 && !type.device.is_cpu())
    fail(ErrorKind::device, "{}: int8 is for a CPU", network->name());
  if (precision == Precision::float16 && type.device.is_cpu())
    fail(ErrorKind::device, "{}: float16 is for a GPU", network->name());
  return precision;
}

void check_layers(const NetworkImpl& network, const Program& program, const FuseOptions& options) {
  check_algorithms(network, program, options.algorithms);
  if (!options.quantization.empty()) check_quantization(network, program, options.quantization);
}

}  // namespace detail
}  // namespace reszoo
