/// Runs TorchScript files.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <filesystem>
#include <memory>

namespace reszoo {

/// A TorchScript module: scripted, traced or frozen. Copies share the module.
class ScriptModel {
 public:
  /// Loads the file to `device` in evaluation mode. Its checksums are verified first, which LibTorch does not do. A
  /// TorchScript file contains code, which is run: load only files that you trust.
  ///
  /// Throws: Error (file) if it is damaged or cannot be read.
  explicit ScriptModel(const std::filesystem::path& path, c10::Device device = c10::kCPU, bool verify = true);

  /// Runs the module without gradients. The input is copied to the module's device. Shapes depend on the script.
  ///
  /// Throws: Error (usage) if the file has no forward (C++ `torch::save` writes none) or does not return one tensor;
  /// Error (input) if the script rejects the input.
  at::Tensor forward(const at::Tensor& input) const;

  bool has_forward() const;

 private:
  struct Script;
  std::shared_ptr<Script> script_;
};

}  // namespace reszoo
