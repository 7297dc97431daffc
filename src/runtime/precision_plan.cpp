#include "runtime/precision_plan.h"

#include <algorithm>

#include "kernels/quantize.h"

namespace reszoo::detail {
namespace {

using kernels::DotType;
using kernels::StoredAs;

bool is_max_pool(const FusedNode& node) { return node.op && node.op->kind() == "max_pool"; }

/// Returns how each result is stored as integers, where its range is known. A maximum keeps the grid of its input.
std::vector<std::optional<StoredAs>> grids_of(const Program& program, const Quantization& quantization) {
  std::vector<std::optional<StoredAs>> grids(program.nodes.size());
  for (size_t i = 0; i < grids.size(); ++i) {
    const auto& node = program.nodes[i];
    if (is_max_pool(node) && grids[node.inputs[0]]) {
      grids[i] = grids[node.inputs[0]];
      continue;
    }
    const auto* range = range_of(quantization, node);
    if (!range) continue;
    const auto grid = kernels::QuantParams::of(range->min, range->max, kernels::activation_qmax());
    grids[i] = StoredAs{StoredAs::Type::uint8, static_cast<float>(grid.scale), static_cast<float>(grid.zero_point),
                        static_cast<float>(grid.qmax)};
  }
  return grids;
}

/// Returns the input's form for a first convolution whose channels are no whole units: more channels, which are zeros,
/// and the padding written out, so that a row of the kernel is contiguous.
Kept padded_input(const Program& program, size_t input, const Shape& shape, const std::vector<NodePrecision>& rows) {
  constexpr int64_t channels = 4;
  if (shape.size() != 4 || shape[1] >= channels) return {};
  const ConvOp* conv = nullptr;
  Kept kept;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& node = program.nodes[i];
    if (std::ranges::find(node.inputs, input) == node.inputs.end()) continue;
    const auto* layer = node.conv();
    const bool other = !layer || layer->linear || !rows[i].dot || layer->layer->weights().groups > 1 || conv;
    if (other) return {};
    conv = layer;
    kept = {rows[i].dot->reads, channels, layer->layer->weights().padding};
  }
  return kept;
}

}  // namespace

const ValueRange* range_of(const Quantization& quantization, const FusedNode& node) {
  const auto find = [&](const std::string& name) -> const ValueRange* {
    const auto found = quantization.ranges.find(name);
    return found == quantization.ranges.end() ? nullptr : &found->second;
  };
  if (const auto* range = find(result_name(node))) return range;
  for (const auto& alias : node.aliases)
    if (const auto* range = find(alias)) return range;
  return nullptr;
}

std::vector<NodePrecision> plan_precision(const Program& program, const Shape& input, const PlanOptions& options) {
  std::vector<NodePrecision> rows(program.nodes.size());
  if (!options.dot) return rows;
  const bool int8 = *options.dot == DotType::int8;
  const auto grids = grids_of(program, options.quantization);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& node = program.nodes[i];
    if (!node.conv()) continue;
    if (!int8) rows[i].dot = {DotType::bfloat16, {StoredAs::Type::bfloat16}};
    else if (const auto& grid = grids[node.inputs[0]];
             grid && std::ranges::find(options.quantization.layers, node.key) != options.quantization.layers.end())
      rows[i].dot = {DotType::int8, *grid};
  }
  // From the last node to the first, since a node without products of its own passes on what its readers want.
  for (size_t i = rows.size(); i-- > 0;) {
    const auto& node = program.nodes[i];
    for (const size_t read : node.inputs) {
      const bool layer = node.conv() && rows[i].dot;
      const bool wants =
          layer || (!node.conv() && node.op && node.op->reads_kept() && rows[i].wanted.type != StoredAs::Type::float32);
      if (!wants) continue;
      if (!int8) rows[read].wanted = {StoredAs::Type::bfloat16};
      else if (grids[read]) rows[read].wanted = *grids[read];
    }
  }
  for (size_t i = 0; i < rows.size(); ++i)
    if (program.nodes[i].is_input()) rows[i].input = padded_input(program, i, input, rows);
  return rows;
}

}  // namespace reszoo::detail
