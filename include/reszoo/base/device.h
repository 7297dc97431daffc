/// Where and with how many threads to compute.
#pragma once
#include <c10/core/Device.h>

#include <string>

namespace reszoo {

/// Reads `auto` (a GPU where there is one), `cpu`, `cuda` or `cuda:N`.
///
/// Throws: Error (usage) for another text; Error (device) if a GPU is asked for
/// that is not there.
c10::Device parse_device(const std::string& text);

/// The number of CPUs that this process may run on.
int available_cpus();

/// Lets LibTorch use `threads` threads; 0 is all CPUs that this process may use.
void use_threads(int threads);

}  // namespace reszoo
