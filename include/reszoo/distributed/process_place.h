/// The place of this process among those that train together.
#pragma once
#include <string>

namespace reszoo {

/// Which process this is, and where all of them meet.
struct ProcessPlace {
  int rank = 0, size = 1;              ///< among all processes
  int local_rank = 0, local_size = 1;  ///< among those of this machine
  std::string address = {};            ///< of the store through which the processes find each other
  int port = 0;
  bool agent_store = false;  ///< whether a launcher serves the store; otherwise rank 0 does
  int restarts = 0;          ///< how often the launcher has started all processes again
  std::string launcher;      ///< what started the processes, for messages
};

}  // namespace reszoo
