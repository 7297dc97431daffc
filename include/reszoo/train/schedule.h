/// How the learning rate changes over a run.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace reszoo {

/// The learning rate of a step as a factor of the run's base rate: comparable,
/// printable, parsed from text. `t` is the step over the run's steps, in [0, 1).
///
/// | text         | factor                                                       |
/// |--------------|--------------------------------------------------------------|
/// | `constant`   | 1                                                            |
/// | `constant:W` | linear from 0 to 1 over the fraction W of the run, then 1    |
/// | `cosine`     | (1 + cos(pi t)) / 2: from 1 to 0                             |
/// | `cosine:W`   | linear warm-up over the fraction W, then cosine over the rest |
/// | `step`       | `step:1/3`                                                   |
/// | `step:F`     | divided by 10 after each fraction F of the run               |
///
/// Source: Loshchilov and Hutter 2016, arXiv:1608.03983 (cosine, no restart);
/// He et al. 2015, arXiv:1512.03385, section 3.4 (step).
struct Schedule {
  enum class Kind { constant, cosine, step };

  Kind kind = Kind::constant;
  double warm_up = 0;           ///< fraction of the run in [0, 1); of constant and cosine
  double drop_every = 1.0 / 3;  ///< fraction of the run in (0, 1]; of step

  /// Reads the texts of the table. Throws: Error (usage) for any other text.
  static Schedule parse(std::string_view text);

  /// The text that `parse` reads back.
  std::string text() const;

  /// The factor of the step `step` (from 0) of `total_steps`.
  double factor(int64_t step, int64_t total_steps) const;

  bool operator==(const Schedule&) const = default;
};

}  // namespace reszoo
