/// How many CPUs a process may use.
#pragma once
#include <filesystem>

namespace reszoo {

/// Returns how many CPUs' worth of time the control groups of this process may use, such as 1.5; infinite without a
/// limit. A container with `--cpus 1.5` has such a limit. `root` is the folder that holds `proc` and `sys`.
double cpu_quota(const std::filesystem::path& root = "/");

/// Returns the number of CPUs that this process may use: those that it may run on, at most `cpu_quota()` rounded up.
int available_cpus();

}  // namespace reszoo
