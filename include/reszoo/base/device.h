/// Devices and the number of threads.
#pragma once
#include <c10/core/Device.h>

#include <string>

namespace reszoo {

/// Parses the name of a device: `auto` (a GPU if one is available), `cpu`, `cuda` or `cuda:N`.
///
/// Throws: Error (usage) for another text; Error (device) for a GPU that does not exist.
c10::Device parse_device(const std::string& text);

/// Returns the number of CPUs that this process may run on.
int available_cpus();

/// Sets LibTorch's number of threads; 0 means all CPUs that this process may run on.
void set_num_threads(int threads);

}  // namespace reszoo
