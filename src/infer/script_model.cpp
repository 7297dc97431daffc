#include "reszoo/infer/script_model.h"

#include <torch/script.h>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/weights/torchscript.h"

namespace reszoo {

struct ScriptModel::Script {
  std::string path;
  c10::Device device;
  torch::jit::Module module;
};

ScriptModel::ScriptModel(const std::filesystem::path& path, c10::Device device, bool verify) {
  if (verify) check_torchscript(path);
  try {
    script_ =
        std::make_shared<Script>(Script{path.string(), device, torch::jit::load(local_file(path).string(), device)});
    if (script_->module.hasattr("training")) script_->module.eval();  // a frozen module has no training mode
  } catch (const std::exception& error) {
    fail(ErrorKind::file, "{}: cannot be read as TorchScript: {}", path.string(), message_of(error));
  }
}

bool ScriptModel::has_forward() const { return script_->module.find_method("forward").has_value(); }

at::Tensor ScriptModel::forward(const at::Tensor& input) const {
  if (!has_forward())
    fail(ErrorKind::usage, "{}: has no forward to run; it holds weights only, read them with read_weights",
         script_->path);
  c10::IValue output;
  try {
    const at::NoGradGuard no_grad;
    output = script_->module.forward({input.to(script_->device)});
  } catch (const std::exception& error) {
    fail(ErrorKind::input, "{}: forward failed: {}", script_->path, message_of(error));
  }
  if (!output.isTensor())
    fail(ErrorKind::usage, "{}: forward must return one tensor, got {}", script_->path, output.tagKind());
  return output.toTensor();
}

}  // namespace reszoo
