#include "reszoo/export/torchscript.h"

#include <caffe2/serialize/in_memory_adapter.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/remove_dropout.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cctype>
#include <cstring>

#include "prepare.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {
namespace {

namespace jit = torch::jit;

/// Returns the name of a module's class in the script: Conv2d for "torch::nn::Conv2dImpl".
std::string class_name(const nn::Module& module) {
  auto name = module.name();
  name = name.substr(0, name.find('<'));
  if (const auto colon = name.rfind(':'); colon != std::string::npos) name = name.substr(colon + 1);
  if (name.ends_with("Impl")) name.resize(name.size() - 4);
  std::erase_if(name, [](unsigned char c) { return !std::isalnum(c) && c != '_'; });
  return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ? "Module" : name;
}

/// Builds a tree of script modules with the structure of the native one. Tensors are shared, not copied, because the
/// tracer recognizes a parameter by its identity.
jit::Module mirror(const nn::Module& module, const std::shared_ptr<jit::CompilationUnit>& unit) {
  jit::Module script(c10::QualifiedName("__torch__.reszoo." + class_name(module)), unit, /*shouldMangle=*/true);
  script.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& item : module.named_parameters(/*recurse=*/false))
    script.register_parameter(item.key(), item.value(), /*is_buffer=*/false);
  for (const auto& item : module.named_buffers(/*recurse=*/false)) script.register_buffer(item.key(), item.value());
  for (const auto& child : module.named_children()) script.register_module(child.key(), mirror(*child.value(), unit));
  return script;
}

/// Traces `forward` and makes the trace the script's own `forward`.
jit::Module trace(Network& network, const Tensor& input) {
  auto unit = std::make_shared<jit::CompilationUnit>();
  auto script = mirror(*network, unit);
  const auto run = [&](jit::Stack inputs) { return jit::Stack{network->forward(inputs.at(0).toTensor())}; };
  const auto traced = jit::tracer::trace({input}, run, [](const Tensor&) { return std::string(); }, /*strict=*/true,
                                         /*force_outplace=*/false, &script, {"input"});
  auto graph = traced.first->graph;
  jit::removeDropout(graph);
  jit::EliminateDeadCode(graph);
  auto* forward = unit->create_function(c10::QualifiedName(*script.type()->name(), "forward"), graph);
  script.type()->addMethod(forward);
  return script;
}

/// Returns the file's bytes. LibTorch's own writing to a file aborts the process if the disk is full.
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

/// Collects parameters and buffers in the order of `state_dict`, as `state_of` returns them.
void collect(const jit::Module& script, const std::string& prefix, StateDict& state) {
  for (const auto& item : script.named_parameters(/*recurse=*/false)) state.insert(prefix + item.name, item.value);
  for (const auto& item : script.named_buffers(/*recurse=*/false)) state.insert(prefix + item.name, item.value);
  for (const auto& child : script.named_children()) collect(child.value, prefix + child.name + ".", state);
}

/// Whether two outputs agree within the tolerance of their dtype.
bool agree(const Tensor& found, const Tensor& wanted) {
  if (found.sizes() != wanted.sizes() || found.scalar_type() != wanted.scalar_type()) return false;
  const bool wide = wanted.scalar_type() == torch::kDouble;
  const auto a = found.to(torch::kDouble), b = wanted.to(torch::kDouble);
  const auto finite = b.masked_select(b.isfinite());
  const double scale = finite.numel() > 0 ? finite.abs().max().item<double>() : 0;
  const double tolerance = wide ? 1e-12 : wanted.scalar_type() == torch::kFloat ? 1e-5 : 1e-2;
  return torch::allclose(a, b, /*rtol=*/0, tolerance * scale, /*equal_nan=*/true);
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
         std::memcmp(a.contiguous().const_data_ptr(), b.contiguous().const_data_ptr(), a.nbytes()) == 0;
}

void verify_tensors(const jit::Module& script, const nn::Module& network, const std::string& name) {
  StateDict found("key");
  collect(script, "", found);
  const auto wanted = state_of(network);
  if (found.keys() != wanted.keys())
    fail(ErrorKind::input, "{}: the TorchScript file has other keys than the network", name);
  for (const auto& item : wanted)
    if (!same_bytes(found[item.key()], item.value()))
      fail(ErrorKind::input, "{}: the TorchScript file has another {} than the network", name, item.key());
}

/// Loads the bytes and compares the tensors, and the outputs for inputs other than the traced one.
void verify(const std::string& bytes, const Prepared& prepared) {
  const auto& name = prepared.network->name();
  const jit::GraphOptimizerEnabledGuard unoptimised(false);  // optimization takes longer than it saves in two runs
  auto script = jit::load(
      std::make_shared<caffe2::serialize::MemoryReadAdapter>(bytes.data(), static_cast<off_t>(bytes.size())), at::kCPU);
  verify_tensors(script, *prepared.network, name);
  for (const auto& [input, answer] : prepared.trials) {
    std::string reason;
    try {
      if (!agree(script.forward({input}).toTensor(), answer)) reason = "the answers differ";
    } catch (const std::exception& error) {
      reason = "it fails";  // LibTorch's own message has many lines about its source code
    }
    if (reason.empty()) continue;
    const bool other_size = input.sizes().slice(1) != prepared.input.sizes().slice(1);
    fail(ErrorKind::input,
         "{}: as TorchScript it does not do what the network does for an input of ({}): {}; "
         "a module that reads a size as a number is recorded for that size alone{}",
         name, fmt::join(input.sizes(), ", "), reason, other_size ? ", any_size=false is for files of one size" : "");
  }
}

}  // namespace

void export_torchscript(const Network& network, const std::filesystem::path& path, const ExportOptions& options) {
  const torch::NoGradGuard no_grad;
  auto prepared = prepare_export(network, options);
  std::string bytes;
  try {
    bytes = serialize(trace(prepared.network, prepared.input), options);
    if (options.verify) verify(bytes, prepared);
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot be exported as TorchScript: {}", network->name(), message_of(error));
  }
  write_file(path, bytes);
}

}  // namespace reszoo
