/// Devices and the number of threads.
#pragma once
#include <c10/core/Device.h>

#include <string>

#include "reszoo/base/cpus.h"

namespace reszoo {

/// Parses the name of a device: `auto` (a GPU if one is available), `cpu`, `cuda` or `cuda:N`.
///
/// `number` is that of the process among those that share this machine: with `auto` and `cuda` each takes a GPU of its
/// own. One that sees a single GPU takes that, as its launcher has chosen it.
///
/// Throws: Error (usage) for another text; Error (device) for a GPU that does not exist.
c10::Device parse_device(const std::string& text, int number = 0);

/// Sets LibTorch's number of threads; 0 means all CPUs that this process may use, see `available_cpus`.
void set_num_threads(int threads);

}  // namespace reszoo
