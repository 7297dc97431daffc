// Random numbers that are the same on every machine.
#pragma once
#include <cstdint>
#include <random>

namespace reszoo::test {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  /// Returns a number below `end`, which must be positive.
  size_t below(size_t end) { return static_cast<size_t>(engine_() % end); }
  uint64_t bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;  // its output is defined by the C++ standard
};

}  // namespace reszoo::test
