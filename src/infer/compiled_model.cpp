#include "reszoo/infer/compiled_model.h"

#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/weights/read.h"

namespace reszoo {

struct CompiledModel::Package {
  std::string path;
  c10::Device device;
  torch::inductor::AOTIModelPackageLoader loader;
};

CompiledModel::CompiledModel(const std::filesystem::path& path, c10::Device device) {
  if (detect_weights(path) != WeightsKind::package)
    fail(ErrorKind::file, "{}: is not a package that AOTInductor compiled", path.string());
  try {
    package_ = std::shared_ptr<Package>(new Package{
        path.string(),
        device,
        {local_file(path).string(), "model", /*run_single_threaded=*/false, /*num_runners=*/1, device.index()}});
  } catch (const std::exception& error) {
    fail(ErrorKind::file, "{}: cannot be loaded as a compiled package: {}", path.string(), message_of(error));
  }
}

at::Tensor CompiledModel::forward(const at::Tensor& input) const {
  std::vector<at::Tensor> outputs;
  try {
    const at::NoGradGuard no_grad;
    outputs = package_->loader.run({input.to(package_->device)});
  } catch (const std::exception& error) {
    fail(ErrorKind::input, "{}: cannot be run on ({}): {}", package_->path, fmt::join(input.sizes(), ", "),
         message_of(error));
  }
  if (outputs.size() != 1) fail(ErrorKind::usage, "{}: must return one tensor, got {}", package_->path, outputs.size());
  return outputs.front();
}

}  // namespace reszoo
