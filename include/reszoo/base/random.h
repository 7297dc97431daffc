/// Reproducible random numbers.
#pragma once
#include <cstdint>

namespace reszoo {

/// Mixes the bits of `x`, so that every bit of the result depends on every bit of `x`.
/// Source: the finalizer of SplitMix64, Steele, Lea and Flood 2014.
uint64_t splitmix64(uint64_t x);

/// A stream of random numbers that depends only on (seed, epoch, item): not on the thread, and not on numbers drawn
/// before. It is the same on every platform, except for the rounding of `normal` and `beta`.
class Random {
 public:
  explicit Random(uint64_t seed, int64_t epoch = 0, int64_t item = 0);

  uint64_t bits();                          ///< 64 random bits
  double uniform();                         ///< in [0, 1)
  double between(double low, double high);  ///< in [low, high)
  int64_t below(int64_t count);             ///< 0 .. count - 1
  bool chance(double probability);          ///< true with this probability
  double normal();                          ///< mean 0, standard deviation 1
  double beta(double alpha);                ///< Beta(alpha, alpha), alpha > 0

 private:
  double gamma(double shape);

  uint64_t state_;
};

}  // namespace reszoo
