// Convolutions and linear layers.
#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "reszoo/base/error.h"
#include "runtime/dot_layer.h"
#include "runtime/maps.h"
#include "runtime/ops.h"

namespace reszoo::detail {

/// The scales are folded into the weights of a file.
void describe(Fields& each, LayerWeights& weights) {
  each("weight", weights.weight);
  each("bias", weights.bias);
  each("stride", weights.stride);
  each("padding", weights.padding);
  each("dilation", weights.dilation);
  each("groups", weights.groups);
}

namespace {

/// Returns the shape that a layer runs on: the pixels of an image, or the vectors of a linear layer as pixels.
kernels::ConvShape conv_shape(const ConvOp& op, const PlanRequest& request) {
  const auto& x = request.x();
  if (x.empty() || (op.linear ? x.size() == 4 : x.size() != 3 && x.size() != 4)) request.reject();
  const auto channels = op.linear ? x.back() : x[1];
  if (op.linear) {
    const auto shape = op.layer->shape(channels ? elements_of(x) / channels : 0, 1, 1);
    if (channels != shape.channels) request.reject();
    return shape;
  }
  const Maps maps(x);
  const auto shape = op.layer->shape(maps.images, maps.rows, maps.columns);
  if (channels != shape.channels || shape.rows_out < 1 || shape.columns_out < 1) request.reject();
  return shape;
}

/// Returns values in [0, 1).
std::vector<float> timing_values(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  uint32_t state = 1;
  for (auto& value : values) {
    state = state * 1'664'525 + 1'013'904'223;
    value = static_cast<float>(state >> 8) / (1 << 24);
  }
  return values;
}

/// Returns the seconds that the layer takes with an algorithm: the best of a few runs, with other data in the caches.
double seconds_of(const ConvLayer& layer, const kernels::ConvShape& s, const kernels::ConvAlgorithm& algorithm,
                  const Epilogue& epilogue, int64_t threads) {
  const auto x = timing_values(s.images * s.rows * s.columns * s.channels);
  auto y = timing_values(s.pixels() * s.outputs);
  std::vector<float> work(static_cast<size_t>(layer.scratch(s, algorithm, threads))), other(2 << 20);
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 6; ++round) {
    for (auto& value : other) value += 1;
    const auto begin = std::chrono::steady_clock::now();
    layer.run(algorithm, s, x.data(), epilogue.residual ? y.data() : nullptr, kernel_activation(epilogue), y.data(),
              work.data(), threads);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (round > 0) best = std::min(best, took.count());  // the first run packs the weights
  }
  return best;
}

/// Returns the pinned algorithm if there is one, the fastest if layers are timed, otherwise the heuristic's choice.
kernels::ConvAlgorithm choose_algorithm(const ConvLayer& layer, const kernels::ConvShape& shape,
                                        const PlanRequest& request) {
  const auto& options = request.options;
  const auto known = layer.algorithms(shape, options.winograd);
  if (const auto pinned = options.algorithms.find(request.key); pinned != options.algorithms.end()) {
    const auto all = layer.algorithms(shape, true);
    if (std::ranges::none_of(all, [&](const auto& one) { return one.kind == pinned->second.kind; }))
      fail(ErrorKind::usage, "fuse: {} cannot be run by \"{}\"", request.key, pinned->second.text());
    return pinned->second;
  }
  if (!options.autotune || known.size() < 2) return known.front();
  auto fastest = known.front();
  double best = std::numeric_limits<double>::infinity();
  for (const auto& algorithm : known)
    if (const auto took = seconds_of(layer, shape, algorithm, request.epilogue, options.threads); took < best) {
      best = took;
      fastest = algorithm;
    }
  layer.keep_only(fastest);
  return fastest;
}

/// Checks what a file may violate.
void check_layer(const LayerWeights& w) {
  const auto all = [](const auto& values, int64_t least) {
    return std::ranges::all_of(values, [&](int64_t one) { return is_part(one, least); });
  };
  const bool fits = w.weight.shape().size() == 4 && all(w.weight.shape(), 1) && all(w.stride, 1) &&
                    all(w.dilation, 1) && all(w.padding, 0) && is_part(w.groups, 1) &&
                    w.weight.size(0) % w.groups == 0 && (!w.bias.defined() || w.bias.count() == w.weight.size(0));
  if (!fits) fail(ErrorKind::file, "a layer has weights ({}), which do not fit", fmt::join(w.weight.shape(), ", "));
}

/// Whether the activation of an epilogue is none or a lower bound, which kernels apply in registers.
bool is_bound(const Epilogue& epilogue) {
  return !epilogue.activation || epilogue.activation->kind == ops::Activation::Kind::relu;
}

/// Returns the kernel in bfloat16 or int8; nothing if these products do not fit the layer.
std::optional<Kernel> dot_kernel(const ConvOp& op, const PlanRequest& request) {
  const auto& [type, x] = *request.dot;
  const auto& kept = request.kept[0];
  auto shape = conv_shape(op, request);
  const auto multiply_adds = shape.multiply_adds();
  if (kept.channels > 0) {
    shape.channels = kept.channels;
    shape.rows += 2 * kept.border[0];
    shape.columns += 2 * kept.border[1];
    shape.padding_rows -= kept.border[0];
    shape.padding_columns -= kept.border[1];
  }
  if (!kernels::fits_dot(type, shape)) return std::nullopt;
  Kernel kernel{.output = request.x(),
                .algorithm = type == kernels::DotType::bfloat16 ? "bfloat16" : "int8",
                .multiply_adds = multiply_adds,
                .reads = {x}};
  if (op.linear) kernel.output.back() = shape.outputs;
  else kernel.output = with_size(request.x(), shape.outputs, shape.rows_out, shape.columns_out);
  DotLayer::Result result{.as = is_bound(request.epilogue) ? request.wanted : kernels::StoredAs{},
                          .relu = is_bound(request.epilogue) && request.epilogue.activation};
  kernel.writes = result.as;
  if (request.epilogue.residual) {
    result.residual_as = request.kept.back().as;
    kernel.reads.push_back(result.residual_as);
    if (result.residual_as.bytes() == result.as.bytes()) kernel.overwrites = request.inputs.size() - 1;
  }
  kernel.run = [layer = op.layer->dot(type, x, shape.channels, request.options.threads), shape, result,
                epilogue = request.epilogue](const KernelCall& call) {
    layer->run(shape, call.x(), call.residual(epilogue), result, call.y, call.threads);
    if (is_bound(epilogue)) return;
    const auto elements = shape.pixels() * shape.outputs;
    apply_epilogue({.activation = epilogue.activation}, nullptr, call.y, elements, call.threads);
  };
  return kernel;
}

}  // namespace

Kernel ConvOp::plan(const PlanRequest& request) const {
  // Sequences are stored channels-last: the vectors of a linear layer are not contiguous.
  if (linear && request.x().size() == 3)
    return {.output = {request.x()[0], request.x()[1], layer->weights().weight.size(0)}};
  if (request.dot)
    if (auto kernel = dot_kernel(*this, request)) return std::move(*kernel);
  const auto shape = conv_shape(*this, request);
  const auto chosen = choose_algorithm(*layer, shape, request);
  Kernel kernel{.output = request.x(),
                .scratch = layer->scratch(shape, chosen, request.options.threads),
                .algorithm = chosen.text(),
                .multiply_adds = shape.multiply_adds(),
                .foreign = chosen.kind == kernels::ConvAlgorithm::Kind::onednn};
  if (linear) kernel.output.back() = shape.outputs;
  else kernel.output = with_size(request.x(), shape.outputs, shape.rows_out, shape.columns_out);
  if (request.epilogue.residual) kernel.overwrites = request.inputs.size() - 1;
  kernel.run = [layer = layer, shape, chosen, epilogue = request.epilogue](const KernelCall& call) {
    layer->run(chosen, shape, call.x(), call.residual(epilogue), kernel_activation(epilogue), call.y, call.scratch,
               call.threads);
    apply_rest(epilogue, call.y, shape.pixels() * shape.outputs);
  };
  return kernel;
}

void ConvOp::write(Fields& each) const {
  auto weights = layer->weights();
  weights.weight = weights.folded(1);
  describe(each, weights);
}

void add_conv_readers(OpReaders& readers) {
  for (const bool linear : {false, true})
    readers.add(linear ? "linear" : "conv", [linear](Fields& each) {
      LayerWeights weights;
      describe(each, weights);
      check_layer(weights);
      return std::make_shared<const ConvOp>(std::make_shared<const ConvLayer>(std::move(weights)), linear);
    });
}

}  // namespace reszoo::detail
