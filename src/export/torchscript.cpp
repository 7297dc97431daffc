#include "reszoo/export/torchscript.h"

#include <torch/csrc/jit/runtime/graph_executor.h>

#include <cstring>

#include "prepare.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/state_dict.h"
#include "script_module.h"

namespace reszoo {
namespace {

namespace jit = torch::jit;

/// Collects parameters and buffers in the order of `state_dict`, as `state_of` returns them.
void collect(const jit::Module& script, const std::string& prefix, StateDict& state) {
  for (const auto& item : script.named_parameters(/*recurse=*/false)) state.insert(prefix + item.name, item.value);
  for (const auto& item : script.named_buffers(/*recurse=*/false)) state.insert(prefix + item.name, item.value);
  for (const auto& child : script.named_children()) collect(child.value, prefix + child.name + ".", state);
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
  auto script = load_script(bytes);
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
    auto script = mirror(*prepared.network, std::make_shared<jit::CompilationUnit>());
    trace_method(script, "forward", prepared.input, [&](const Tensor& x) { return prepared.network->forward(x); });
    bytes = serialize(script, options);
    if (options.verify) verify(bytes, prepared);
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot be exported as TorchScript: {}", network->name(), message_of(error));
  }
  write_file(path, bytes);
}

}  // namespace reszoo
