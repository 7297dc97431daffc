#include "reszoo/weights/torchscript.h"

#include <torch/script.h>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

void collect(const torch::jit::Module& module, const std::string& prefix, State& state) {
  for (const auto& item : module.named_parameters(/*recurse=*/false)) state.insert(prefix + item.name, item.value.detach());
  for (const auto& item : module.named_buffers(/*recurse=*/false)) state.insert(prefix + item.name, item.value);
  for (const auto& child : module.named_children()) collect(child.value, prefix + child.name + ".", state);
}

}  // namespace

State read_torchscript(const std::filesystem::path& path) {
  State state("key");
  bool frozen = false;
  try {
    const auto module = torch::jit::load(path.string(), at::kCPU);
    collect(module, "", state);
    frozen = !module.hasattr("training");  // which freezing removes
  } catch (const std::exception& error) {
    fail(ErrorKind::file, "{}: cannot be read as TorchScript: {}", path.string(), message_of(error));
  }
  if (state.is_empty())
    fail(ErrorKind::file, "{}: {}holds no parameters; export the model unfrozen, or run it with ScriptModel",
         path.string(), frozen ? "is a frozen TorchScript file, which " : "");
  return state;
}

}  // namespace reszoo
