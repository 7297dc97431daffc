/// What the system says of this process's memory.
#pragma once
#include <fstream>
#include <string>

/// A figure of this process in KiB: VmRSS, or VmHWM, its peak.
inline long memory(const std::string& figure) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(figure + ":")) return std::stol(line.substr(figure.size() + 1));
  return 0;
}
