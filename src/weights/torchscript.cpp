#include "reszoo/weights/torchscript.h"

#include <torch/script.h>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

void collect(const torch::jit::Module& module, const std::string& prefix, State& state) {
  for (const auto& item : module.named_parameters(/*recurse=*/false)) state.insert(prefix + item.name, item.value);
  for (const auto& item : module.named_buffers(/*recurse=*/false)) state.insert(prefix + item.name, item.value);
  for (const auto& child : module.named_children()) collect(child.value, prefix + child.name + ".", state);
}

}  // namespace

State read_torchscript(const std::filesystem::path& path) {
  State state;
  try {
    collect(torch::jit::load(path.string(), at::kCPU), "", state);
  } catch (const std::exception& error) {
    fail(ErrorKind::file, "{}: not a TorchScript file: {}", path.string(), message_of(error));
  }
  if (state.is_empty())
    fail(ErrorKind::file,
         "{}: holds no parameters: it is frozen; save it without torch.jit.freeze, or run it as it is (ScriptModel)",
         path.string());
  return state;
}

}  // namespace reszoo
