/// Devices and the number of threads.
#pragma once
#include <c10/core/Device.h>

#include <filesystem>
#include <string>

namespace reszoo {

/// Parses the name of a device: `auto` (a GPU if one is available), `cpu`, `cuda` or `cuda:N`.
///
/// `number` is that of the process among those that share this machine: with `auto` and `cuda` each takes a GPU of its
/// own. One that sees a single GPU takes that, as its launcher has chosen it.
///
/// Throws: Error (usage) for another text; Error (device) for a GPU that does not exist.
c10::Device parse_device(const std::string& text, int number = 0);

/// Returns how many CPUs' worth of time the control groups of this process may use, such as 1.5; infinite without a
/// limit. A container with `--cpus 1.5` has such a limit. `root` is the folder that holds `proc` and `sys`.
double cpu_quota(const std::filesystem::path& root = "/");

/// Returns the number of CPUs that this process may use: those that it may run on, at most `cpu_quota()` rounded up.
int available_cpus();

/// Sets LibTorch's number of threads; 0 means all CPUs that this process may use, see `available_cpus`.
void set_num_threads(int threads);

}  // namespace reszoo
