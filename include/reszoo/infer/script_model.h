/// A TorchScript file, run as it is.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <filesystem>
#include <memory>

namespace reszoo {

/// Runs any TorchScript file in evaluation mode, frozen ones too.
class ScriptModel {
 public:
  /// Throws: Error (file) if it is no TorchScript file or has no `forward` (a file
  /// of C++ `torch::save` has none).
  explicit ScriptModel(const std::filesystem::path& path, c10::Device device = at::kCPU);

  /// Runs the model on one tensor, without gradients; the input is moved to the
  /// model's device.
  /// Throws: Error (input) if the model cannot take it or gives no tensor.
  at::Tensor forward(const at::Tensor& x) const;

 private:
  struct Module;
  std::shared_ptr<Module> module_;
};

}  // namespace reszoo
