/// Exports networks to TorchScript.
#pragma once
#include <filesystem>

#include "reszoo/export/options.h"
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

}  // namespace reszoo
