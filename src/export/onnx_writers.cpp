// The writers of modules that are not lowered.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "onnx_graph.h"
#include "reszoo/export/onnx.h"
#include "reszoo/graph/module_type.h"

namespace reszoo {
namespace {

const std::unordered_map<std::string, OnnxModuleWriter> kModuleWriters = {
    {"table_encoder", onnx::table_encoder}, {"n_linear", onnx::n_linear},
    {"member_scale", onnx::member_scale},   {"batch_ensemble_linear", onnx::batch_ensemble_linear},
    {"shared_linear", onnx::shared_linear},
};

}  // namespace

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
