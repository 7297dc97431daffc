/// Memory statistics of this process.
#pragma once
#include <fstream>
#include <string>

/// Returns a statistic in KiB: VmRSS, or its peak VmHWM.
inline long memory(const std::string& figure) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(figure + ":")) return std::stol(line.substr(figure.size() + 1));
  return 0;
}
