#include "reszoo/infer/script_model.h"

#include <torch/script.h>

#include "reszoo/base/error.h"

namespace reszoo {

struct ScriptModel::Module {
  torch::jit::Module module;
  std::string source;
  c10::Device device;
};

ScriptModel::ScriptModel(const std::filesystem::path& path, c10::Device device) {
  try {
    module_ = std::make_shared<Module>(Module{torch::jit::load(path.string(), device), path.string(), device});
  } catch (const std::exception& error) {
    fail(ErrorKind::file, "{}: not a TorchScript file: {}", path.string(), message_of(error));
  }
  if (!module_->module.find_method("forward"))
    fail(ErrorKind::file, "{}: has weights but no forward; load them into a network with load_weights", path.string());
  // A frozen module has no training mode to leave.
  if (module_->module.hasattr("training")) module_->module.eval();
}

at::Tensor ScriptModel::forward(const at::Tensor& x) const {
  torch::NoGradGuard no_grad;
  try {
    const auto output = module_->module.get_method("forward")({x.to(module_->device)});
    if (output.isTensor()) return output.toTensor();
  } catch (const std::exception& error) {
    fail(ErrorKind::input, "{}: cannot take an input of ({}): {}", module_->source, fmt::join(x.sizes(), ", "),
         message_of(error));
  }
  fail(ErrorKind::input, "{}: gives no tensor", module_->source);
}

}  // namespace reszoo
