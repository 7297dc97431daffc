/// Networks as TorchScript files.
#pragma once
#include <filesystem>

#include "reszoo/export/options.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// Writes a file that `torch.jit.load` of Python and C++ loads and runs without
/// reszoo. It holds the network in evaluation mode, for inference: dropout is not
/// in it, batch norm uses its running statistics. The network is not changed.
///
/// What forward does is recorded, so modules of a user's own are exported as well
/// as ours. Parameters and buffers have the names and the order of the
/// `state_dict`; the type of numbers is that of the parameters.
///
/// Shape: any N; any height and width that the network takes, unless
/// `options.any_size` is false.
/// Throws: Error (input) if the network cannot be copied or run, or if the file
/// would answer otherwise than the network (a size that forward reads as a number
/// becomes a constant); no file is left then. Error (file) if it cannot be written.
void export_torchscript(const Network& network, const std::filesystem::path& path, const ExportOptions& options = {});

}  // namespace reszoo
