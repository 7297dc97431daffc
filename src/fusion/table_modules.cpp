// The modules of table networks that the runtime has kernels for.
#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros_like.h>

#include "fusion/module_ops.h"
#include "fusion/tensors.h"
#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/n_linear.h"
#include "reszoo/nn/piecewise_linear.h"
#include "reszoo/nn/table_encoder.h"
#include "runtime/ops.h"

namespace reszoo::detail {
namespace {

bool on_cpu_in_float(const Tensor& weight) { return weight.is_cpu() && weight.scalar_type() == at::kFloat; }

template <typename Data>
std::shared_ptr<const FusedOp> op_of(const ops::Module& module, const Data& data) {
  return std::make_shared<const TorchOp>(make_op(data), bind_module(module));
}

void add_embeddings(TableEncoding& encoding, const PiecewiseLinearEmbeddingsImpl& from) {
  encoding.relu = from.options.activation;
  encoding.slope = floats_of(from.impl->weight);
  encoding.offset = floats_of(from.impl->bias);
  const auto [lower, upper] = from.impl->limits();
  encoding.lower = floats_of(lower);
  encoding.upper = floats_of(upper);
  encoding.matrix = floats_of(from.linear->weight);
  encoding.shift = floats_of(from.linear->bias);
  if (from.linear0.is_empty()) return;
  encoding.line = floats_of(from.linear0->weight);
  encoding.line_shift = floats_of(from.linear0->bias);
}

}  // namespace

std::shared_ptr<const FusedOp> make_member_head(const ops::Module& module) {
  const auto* layers = module.module.ptr()->as<NLinearImpl>();
  if (!layers || !on_cpu_in_float(layers->weight) || layers->options.flat || !layers->bias.defined() ||
      layers->options.out > MemberHead::kMostOutputs)
    return nullptr;
  const auto& sizes = layers->options;
  return op_of(module,
               MemberHead{sizes.layers, sizes.in, sizes.out, floats_of(layers->weight), floats_of(layers->bias)});
}

std::shared_ptr<const FusedOp> make_member_linear(const ops::Module& module) {
  const auto* layer = module.module.ptr()->as<BatchEnsembleLinearImpl>();
  if (!layer || !on_cpu_in_float(layer->weight)) return nullptr;
  const auto& sizes = layer->options;
  const auto bias = layer->bias.defined() ? layer->bias : at::zeros_like(layer->s);
  return op_of(module, MemberLinear{sizes.members, sizes.in, sizes.out, floats_of(layer->weight), floats_of(layer->r),
                                    floats_of(layer->s), floats_of(bias)});
}

std::shared_ptr<const FusedOp> make_table_encoder(const ops::Module& module) {
  const auto* encoder = module.module.ptr()->as<TableEncoderImpl>();
  if (!encoder) return nullptr;
  for (size_t i = 0; i < encoder->options.cardinalities.size(); ++i)
    if (encoder->options.width_of(i) > 0) return nullptr;
  TableEncoding encoding{encoder->options.numeric, encoder->output_width(), encoder->options.cardinalities};
  if (encoder->embedded() > 0) {
    const auto* piecewise = encoder->numeric.ptr()->as<PiecewiseLinearEmbeddingsImpl>();
    if (!piecewise || !piecewise->linear->weight.is_cpu() || !piecewise->linear->weight.isfinite().all().item<bool>())
      return nullptr;
    encoding.embedded = encoder->embedded();
    add_embeddings(encoding, *piecewise);
  }
  return op_of(module, encoding);
}

}  // namespace reszoo::detail
