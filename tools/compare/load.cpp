// Loads a file into resnet50 and prints what that took: our side of load.py.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <string_view>

#include "reszoo/base/error.h"
#include "reszoo/weights/load.h"
#include "reszoo/zoo/registry.h"

namespace {

/// The most memory that this process had, in KiB.
long peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  auto network = reszoo::create_model("resnet50");
  const long before = peak_memory();
  const bool verify = count < 3 || std::string_view(arguments[2]) != "--no-verify";
  const auto start = std::chrono::steady_clock::now();
  try {
    reszoo::load_weights(network, arguments[1], {.verify = verify});
  } catch (const reszoo::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print("{{\"seconds\": {}, \"peak_kib\": {}, \"growth_kib\": {}}}\n", seconds.count(), peak_memory(),
             peak_memory() - before);
}
