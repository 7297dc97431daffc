/// Runs a package that Python compiled ahead of time (AOTInductor, a `.pt2` file).
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <filesystem>
#include <memory>

namespace reszoo {

/// A compiled package. Copies share it.
class CompiledModel {
 public:
  /// Unpacks the file to a temporary folder and loads it as a shared library. A package is machine code, which is run
  /// with all rights of the process: load only files that you trust. It runs only on the kind of processor, and with
  /// the version of LibTorch, that it was compiled for.
  ///
  /// Throws: Error (file) if it is damaged or cannot be loaded here.
  explicit CompiledModel(const std::filesystem::path& path, c10::Device device = c10::kCPU);

  /// Runs it without gradients. The input is copied to the package's device.
  ///
  /// Throws: Error (usage) if it does not return one tensor; Error (input) if the input does not have the shape that
  /// the package was exported with.
  at::Tensor forward(const at::Tensor& input) const;

 private:
  struct Package;
  std::shared_ptr<Package> package_;
};

}  // namespace reszoo
