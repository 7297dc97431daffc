/// Reads and writes the files of `torch.save`.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// Reads the state_dict from a file of `torch.save`, in the current format (a zip archive) or in the format before
/// PyTorch 1.6. The state_dict is the whole file, or the value of one of these keys of a dictionary: state_dict, model,
/// model_state_dict, module, net, network, weights; state_dict_ema, model_ema, ema_state_dict, ema; or else the only
/// dictionary of tensors in it, under any key. A pickled module is read as its state_dict. Other content, such as an
/// optimizer's state, is ignored. `options` say what is read if there are several.
///
/// No code in the file is run: a pickle is parsed into plain values, and an object of any class is its attributes. A
/// file that names functions which run commands is rejected. Tensors with the same storage share it, and views keep
/// their strides. If the file is memory-mapped, tensors alias it.
///
/// With `verify`, the CRC-32 of each part of the archive that is read is verified. The old format has no checksums.
///
/// Throws: Error (file), whose message begins with `source`; Error (usage) if the file has several states and `options`
/// do not say which one to read.
StateDict read_pth(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});
StateDict read_pth(const std::filesystem::path& path, const ReadOptions& options = {});

/// Returns the bytes of a file for `torch.load`, including with `weights_only=True` and `mmap=True`: an OrderedDict of
/// tensors in the order of the state_dict. Tensors are copied to the CPU. Tensors that share a storage share it in the
/// file. If less than half of a storage is used, only the used part is written, contiguous.
///
/// Throws: Error (input) for a tensor that the format cannot hold.
std::string serialize_pth(const StateDict& tensors);

/// Writes the file, atomically as `write_file` does.
void write_pth(const std::filesystem::path& path, const StateDict& tensors);

}  // namespace reszoo
