/// Connects processes by LibTorch's c10d.
#pragma once
#include <memory>
#include <string>

#include "reszoo/base/process_group.h"
#include "reszoo/distributed/process_place.h"

namespace reszoo {

struct ConnectOptions {
  std::string backend = "auto";  ///< gloo, nccl, or auto: nccl for tensors on GPUs if it is there, gloo for the rest
  std::string interface = "";    ///< network interface for Gloo, such as eth0; empty: that of the host's name
  double timeout = 300;          ///< seconds after which a process that does not answer counts as lost
};

/// Connects this process with the others of its place: waits until all have come.
///
/// Throws: Error (usage) for options or a place that cannot be; Error (input) that names the ranks that have not come
/// within the time-out.
std::shared_ptr<ProcessGroup> connect(const ProcessPlace& place, const ConnectOptions& options = {});

}  // namespace reszoo
