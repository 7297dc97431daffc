// Builds TorchScript modules.
#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>

#include "reszoo/export/options.h"

namespace reszoo {

using at::Tensor;

/// Builds a tree of script modules with the structure of the native one. Tensors are shared, not copied, because the
/// tracer recognizes a parameter by its identity.
torch::jit::Module mirror(const torch::nn::Module& module, const std::shared_ptr<torch::jit::CompilationUnit>& unit);

/// Traces `run` on an input and makes the trace a method of the script.
void trace_method(torch::jit::Module& script, const char* name, const Tensor& input,
                  const std::function<Tensor(const Tensor&)>& run);

/// Returns the file's bytes. LibTorch's own writing to a file aborts the process if the disk is full.
std::string serialize(const torch::jit::Module& script, const ExportOptions& options);

/// Loads what `serialize` returned.
torch::jit::Module load_script(const std::string& bytes);

/// Whether two outputs agree within the tolerance of their dtype.
bool agree(const Tensor& found, const Tensor& wanted);

}  // namespace reszoo
