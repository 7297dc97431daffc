// The C++ side of load.py: loads a file into resnet50 and prints the time and memory that it took.
#include "reszoo/zoo/load_network.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <string_view>

#include "memory.h"
#include "reszoo/base/error.h"
#include "reszoo/zoo/registry.h"

namespace {

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// CPU time of all threads of this process.
double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  auto network = reszoo::create_model("resnet50");
  const bool verify = count < 3 || std::string_view(arguments[2]) != "--no-verify";
  std::ofstream("/proc/self/clear_refs") << 5;  // resets the peak
  const long before = memory("VmRSS");
  const double start = wall_seconds(), cpu_start = cpu_seconds();
  try {
    reszoo::load_weights(network, arguments[1], {.verify = verify});
  } catch (const reszoo::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  const double cpu = cpu_seconds() - cpu_start, seconds = wall_seconds() - start;
  fmt::print("{{\"seconds\": {}, \"cpu_seconds\": {}, \"growth_kib\": {}}}\n", seconds, cpu, memory("VmHWM") - before);
}
