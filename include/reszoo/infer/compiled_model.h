/// Runs packages that AOTInductor compiled ahead of time in Python (`.pt2` files).
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <filesystem>
#include <memory>

namespace reszoo {

/// A compiled package. Copies share the loaded package.
class CompiledModel {
 public:
  /// Unpacks the file to a temporary folder and loads it as a shared library. A package is machine code, which runs
  /// with all rights of the process: load only files that you trust. It runs only on the kind of processor and with the
  /// version of LibTorch that it was compiled for.
  ///
  /// Throws: Error (file) if it is damaged or cannot be loaded on this machine.
  explicit CompiledModel(const std::filesystem::path& path, c10::Device device = c10::kCPU);

  /// Runs the package without gradients. The input is copied to the package's device.
  ///
  /// Throws: Error (usage) if it does not return one tensor; Error (input) if the input does not have the shape that
  /// the package was exported with.
  at::Tensor forward(const at::Tensor& input) const;

 private:
  struct Package;
  std::shared_ptr<Package> package_;
};

}  // namespace reszoo
