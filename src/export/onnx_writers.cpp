// Which function writes which operation.
#include <algorithm>
#include <unordered_map>

#include "onnx_graph.h"
#include "reszoo/export/onnx.h"

namespace reszoo {
namespace {

const std::unordered_map<std::string, OnnxWriter> kWriters = {
    {"conv2d", onnx::conv2d},
    {"linear", onnx::linear},
    {"batch_norm", onnx::batch_norm},
    {"group_norm", onnx::group_norm},
    {"layer_norm", onnx::layer_norm},
    {"instance_norm", onnx::instance_norm},
    {"relu", onnx::relu},
    {"gelu", onnx::gelu},
    {"silu", onnx::silu},
    {"leaky_relu", onnx::leaky_relu},
    {"max_pool2d", onnx::max_pool2d},
    {"adaptive_avg_pool2d", onnx::adaptive_avg_pool2d},
    {"flatten", onnx::flatten},
    {"dropout", onnx::identity},
    {"add", onnx::add},
    {"zero_pad", onnx::zero_pad},
    {"table_encoder", onnx::table_encoder},
    {"n_linear", onnx::n_linear},
    {"member_scale", onnx::member_scale},
    {"batch_ensemble_linear", onnx::batch_ensemble_linear},
    {"shared_linear", onnx::shared_linear},
    {"std_conv2d", onnx::std_conv2d},
    {"blur_pool", onnx::blur_pool},
    {"squeeze_excite", onnx::squeeze_excite},
    {"eca", onnx::eca},
    {"evo_norm", onnx::evo_norm},
    {"filter_response_norm", onnx::filter_response_norm},
    {"avg_pool2d", onnx::avg_pool2d},
    {"constant_pad2d", onnx::constant_pad2d},
    {"unflatten", onnx::unflatten},
    {"drop_path", onnx::identity},
    {"drop_block", onnx::identity},
};

}  // namespace

OnnxWriter onnx_writer(const std::string& op) {
  const auto found = kWriters.find(op);
  return found == kWriters.end() ? nullptr : found->second;
}

std::vector<std::string> onnx_operations() {
  std::vector<std::string> names;
  for (const auto& [op, writer] : kWriters) names.push_back(op);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace reszoo
