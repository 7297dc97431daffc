/// PyTorch's own files: what `torch.save` writes and `torch.load` reads.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// Reads the state_dict of a file of `torch.save`, of today's format (a zip
/// archive) or that of before PyTorch 1.6. It may be the whole file, or be in a
/// dictionary under state_dict, model, model_state_dict, module, net, network or
/// weights, or under state_dict_ema, model_ema, ema_state_dict or ema, and once
/// more inside of that. What stands beside it, such as an optimizer, is left out.
///
/// Nothing in the file is run: a pickle may only name what plain weights need, and
/// is turned into plain values. Tensors of one storage share it, views keep their
/// strides, and where the file is mapped tensors alias it.
///
/// With `verify`, the CRC-32 of each part of the archive that is read is compared;
/// the old format has none.
///
/// Throws: Error (file) that begins with `source`.
StateDict read_pth(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});
StateDict read_pth(const std::filesystem::path& path, const ReadOptions& options = {});

/// Returns a file that `torch.load` takes, also with `weights_only=True` and
/// `mmap=True`: an OrderedDict of tensors in the state's order. Tensors go to the
/// CPU. Those that share a storage share it in the file; of a storage that is used
/// by less than half, the used part alone is written, contiguous.
///
/// Throws: Error (input) for a tensor that the format cannot hold.
std::string serialize_pth(const StateDict& tensors);

/// Writes the file, safely as `write_file` does.
void write_pth(const std::filesystem::path& path, const StateDict& tensors);

}  // namespace reszoo
