#include "reszoo/nn/piecewise_linear.h"
#include "reszoo/nn/table_encoder.h"
#include "train/tabular_plan.h"

namespace reszoo::detail {
namespace {

/// Whether the buffers of the bins are those of their edges; loaded ones may be others.
bool has_its_edges(const PiecewiseLinearBinsImpl& module) {
  if (!is_plain(module.weight) || !is_plain(module.bias)) return false;
  const auto *weight = module.weight.const_data_ptr<float>(), *bias = module.bias.const_data_ptr<float>();
  const auto features = module.bin_features();
  size_t next = 0;
  for (const auto& edges : module.bins)
    for (size_t i = 0; i + 1 < edges.size(); ++i, ++next) {
      const auto edge = static_cast<float>(edges[i]), width = static_cast<float>(edges[i + 1]) - edge;
      if (weight[features[next]] != 1 / width || bias[features[next]] != -edge / width) return false;
    }
  return true;
}

}  // namespace

bool is_plain(const Tensor& tensor) {
  return tensor.defined() && tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
}

std::optional<TableColumns> columns_of(const std::vector<AnyModule>& encoders, EmbeddingTensors& tensors) {
  const auto* encoder = encoders.size() == 1 ? encoders[0].ptr()->as<TableEncoderImpl>() : nullptr;
  if (!encoder) return std::nullopt;
  const auto& options = encoder->options;
  TableColumns columns{.plain = options.numeric - encoder->embedded(), .cardinalities = options.cardinalities};
  for (size_t i = 0; i < columns.cardinalities.size(); ++i)
    if (options.width_of(i) > 0) return std::nullopt;
  if (encoder->embedded() == 0) return columns;
  const auto* numbers = encoder->numeric.ptr()->as<PiecewiseLinearEmbeddingsImpl>();
  if (!numbers || numbers->options.activation || numbers->linear0.is_empty() || !has_its_edges(*numbers->impl))
    return std::nullopt;
  columns.bins = numbers->options.bins;
  columns.width = numbers->options.width;
  tensors = {numbers->linear0->weight, numbers->linear0->bias, numbers->linear->weight};
  const bool plain = is_plain(tensors.weight) && is_plain(tensors.bias) && is_plain(tensors.bins);
  return plain && !numbers->linear->bias.defined() ? std::optional(columns) : std::nullopt;
}

}  // namespace reszoo::detail
