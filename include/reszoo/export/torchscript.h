/// Exports networks and image models to TorchScript.
#pragma once
#include <filesystem>

#include "reszoo/export/options.h"
#include "reszoo/infer/model.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// Writes a file that `torch.jit.load` loads and runs in Python and C++ without reszoo. It contains the network in
/// evaluation mode, for inference: dropout is omitted and batch norm uses its running statistics. The network is not
/// changed.
///
/// The file is made by tracing `forward`, so your own modules are exported as well as ours. Parameters and buffers have
/// the names and the order of the `state_dict`; the dtype is that of the parameters.
///
/// Shape: any N; any height and width that the network accepts, unless `options.any_size` is false.
/// Throws: Error (input) if the network cannot be copied or run, or if the file's outputs differ from the network's
/// (for example because `forward` reads a size as an integer, which becomes a constant in the trace); no file is
/// written then. Error (file) if it cannot be written.
void export_torchscript(const Network& network, const std::filesystem::path& path, const ExportOptions& options = {});

/// Writes a pipeline of an image model: `forward` takes images, uint8 (N, C, H, W) of any size, RGB if C is 3, as
/// torchvision reads them; it resizes, crops and normalises them as `predict` does. It returns what `predict` says:
/// probabilities (N, classes), or (N, T) for labels, or numbers in the target's unit, float64 (N) or (N, T). The
/// attribute `classes` is a list of the classes or labels. Weights have the keys of the model file.
/// Throws: as above; Error (usage) for a model of tables, or without target.
void export_torchscript(const Model& model, const std::filesystem::path& path, const ExportOptions& options = {});

}  // namespace reszoo
