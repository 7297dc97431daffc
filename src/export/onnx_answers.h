// What follows the networks: the answers that `predict` gives.
#pragma once
#include <functional>

#include "onnx_network.h"
#include "onnx_values.h"
#include "reszoo/preprocess/target.h"

namespace reszoo::onnx {

/// The networks of a model, and their shares of the answer, whose sum is 1.
struct Members {
  std::vector<Logits> networks;
  std::vector<double> shares{1.0};
};

/// Returns the mean over the networks, and the members in each of them, of their transformed outputs. Shape: (N,
/// outputs).
OnnxValue average(OnnxGraph& graph, const Members& members, const std::function<OnnxValue(OnnxValue)>& transform);

/// Returns the mean probabilities before calibration, see Target: those of `ordinal` are P(y > 0), P(y > 1), ….
OnnxValue average_chances(OnnxGraph& graph, const Members& members, const Target& target);

/// Converts P(y > 0), P(y > 1), …, of which there are `count`, to P(y = 0), P(y = 1), ….
OnnxValue between(OnnxGraph& graph, OnnxValue above, int64_t count);

/// Returns the probabilities of a target of classes. Shape: (N, classes), or (N, T) for labels.
OnnxValue class_probabilities(OnnxGraph& graph, const Members& members, const Target& target);

/// Adds the outputs that `predict` gives: `label` and `probabilities`; or `value`, in the target's unit, and
/// `quantiles`. One whose name an input has is called `predicted_<name>`.
void add_answers(OnnxGraph& graph, const Members& members, const Target& target);

}  // namespace reszoo::onnx
