/// Random numbers that follow from a key alone.
#pragma once
#include <cstdint>

namespace reszoo {

/// Every bit of the result depends on every bit of `x`.
/// Source: the finalizer of SplitMix64, Steele, Lea and Flood 2014.
uint64_t mix_bits(uint64_t x);

/// A stream of random numbers that is a function of (seed, epoch, item): the same
/// whatever was drawn before, in whichever thread, and on every platform but for
/// the rounding of `normal` and `beta`.
class Random {
 public:
  explicit Random(uint64_t seed, int64_t epoch = 0, int64_t item = 0);

  uint64_t bits();                                   ///< 64 of them
  double uniform();                                  ///< in [0, 1)
  double between(double low, double high);           ///< in [low, high)
  int64_t below(int64_t count);                      ///< 0 .. count - 1
  bool chance(double probability);                   ///< true with this probability
  double normal();                                   ///< mean 0, deviation 1
  double beta(double alpha);                         ///< Beta(alpha, alpha), alpha > 0

 private:
  double gamma(double shape);

  uint64_t state_;
};

}  // namespace reszoo
