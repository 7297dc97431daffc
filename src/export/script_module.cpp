#include "script_module.h"

#include <caffe2/serialize/in_memory_adapter.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/remove_dropout.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/nn/module.h>

#include <cctype>

namespace reszoo {
namespace {

namespace jit = torch::jit;
namespace nn = torch::nn;

/// Returns the name of a module's class in the script: Conv2d for "torch::nn::Conv2dImpl".
std::string class_name(const nn::Module& module) {
  auto name = module.name();
  name = name.substr(0, name.find('<'));
  if (const auto colon = name.rfind(':'); colon != std::string::npos) name = name.substr(colon + 1);
  if (name.ends_with("Impl")) name.resize(name.size() - 4);
  std::erase_if(name, [](unsigned char c) { return !std::isalnum(c) && c != '_'; });
  return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ? "Module" : name;
}

}  // namespace

jit::Module mirror(const nn::Module& module, const std::shared_ptr<jit::CompilationUnit>& unit) {
  jit::Module script(c10::QualifiedName("__torch__.reszoo." + class_name(module)), unit, /*shouldMangle=*/true);
  script.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& item : module.named_parameters(/*recurse=*/false))
    script.register_parameter(item.key(), item.value(), /*is_buffer=*/false);
  for (const auto& item : module.named_buffers(/*recurse=*/false)) script.register_buffer(item.key(), item.value());
  for (const auto& child : module.named_children()) script.register_module(child.key(), mirror(*child.value(), unit));
  return script;
}

void trace_method(jit::Module& script, const char* name, const Tensor& input,
                  const std::function<Tensor(const Tensor&)>& run) {
  const auto on_stack = [&](jit::Stack inputs) { return jit::Stack{run(inputs.at(0).toTensor())}; };
  const auto traced = jit::tracer::trace({input}, on_stack, [](const Tensor&) { return std::string(); },
                                         /*strict=*/true, /*force_outplace=*/false, &script, {"input"});
  auto graph = traced.first->graph;
  jit::removeDropout(graph);
  jit::EliminateDeadCode(graph);
  const auto unit = script._ivalue()->compilation_unit();
  script.type()->addMethod(unit->create_function(c10::QualifiedName(*script.type()->name(), name), graph));
}

std::string serialize(const jit::Module& script, const ExportOptions& options) {
  std::string bytes;
  size_t weights = 0;
  for (const auto& tensor : script.parameters()) weights += tensor.nbytes();
  bytes.reserve(weights + weights / 64);  // avoids growing, which would need twice as much memory
  const jit::ExtraFilesMap texts(options.metadata.begin(), options.metadata.end());
  const auto append = [&](const void* data, size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  };
  jit::ExportModule(script, append, texts);
  return bytes;
}

jit::Module load_script(const std::string& bytes) {
  return jit::load(
      std::make_shared<caffe2::serialize::MemoryReadAdapter>(bytes.data(), static_cast<off_t>(bytes.size())), at::kCPU);
}

bool agree(const Tensor& found, const Tensor& wanted) {
  if (found.sizes() != wanted.sizes() || found.scalar_type() != wanted.scalar_type()) return false;
  const bool wide = wanted.scalar_type() == torch::kDouble;
  const auto a = found.to(torch::kDouble), b = wanted.to(torch::kDouble);
  const auto finite = b.masked_select(b.isfinite());
  const double scale = finite.numel() > 0 ? finite.abs().max().item<double>() : 0;
  const double tolerance = wide ? 1e-12 : wanted.scalar_type() == torch::kFloat ? 1e-5 : 1e-2;
  return torch::allclose(a, b, /*rtol=*/0, tolerance * scale, /*equal_nan=*/true);
}

}  // namespace reszoo
