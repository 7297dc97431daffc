// Which function writes which primitive operation, and which module that is not lowered.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "onnx_graph.h"
#include "reszoo/base/error.h"
#include "reszoo/export/onnx.h"
#include "reszoo/graph/module_type.h"

namespace reszoo {
namespace {

const std::unordered_map<std::string, OnnxModuleWriter> kModuleWriters = {
    {"table_encoder", onnx::table_encoder}, {"n_linear", onnx::n_linear},
    {"member_scale", onnx::member_scale},   {"batch_ensemble_linear", onnx::batch_ensemble_linear},
    {"shared_linear", onnx::shared_linear},
};

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Module& module) {
  return onnx_module_writer(module.op)(graph, call, *module.module.ptr());
}

}  // namespace

OnnxValue OnnxWriters::write(OnnxGraph& graph, const OnnxCall& call, const Primitive& primitive) const {
  const auto type = std::visit([](const auto& op) { return std::type_index(typeid(op)); }, primitive);
  const auto found = writers_.find(type);
  if (found == writers_.end()) fail(ErrorKind::usage, "{}: the operation cannot be written as ONNX", call.key);
  return found->second(graph, call, primitive);
}

const OnnxWriters& onnx_writers() {
  static const OnnxWriters all = [] {
    OnnxWriters writers;
    onnx::add_activation_writers(writers);
    onnx::add_attention_writers(writers);
    onnx::add_layer_writers(writers);
    onnx::add_norm_writers(writers);
    onnx::add_shape_writers(writers);
    writers.add<ops::Module>(write);
    return writers;
  }();
  return all;
}

OnnxModuleWriter onnx_module_writer(const std::string& op) {
  const auto found = kModuleWriters.find(op);
  return found == kModuleWriters.end() ? nullptr : found->second;
}

std::vector<std::string> onnx_operations() {
  std::set<std::string> names{"add"};
  for (const auto& type : module_types())
    if (type->lower || onnx_module_writer(type->name)) names.insert(type->name);
  return {names.begin(), names.end()};
}

}  // namespace reszoo
