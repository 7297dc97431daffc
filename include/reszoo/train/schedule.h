/// How the learning rate changes over a run.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// The learning rate of a step as a factor of the run's base rate: comparable,
/// escaped, parsed from text.
///
/// The text is `name`, or `name:` and values at commas, each `key=value`; the first one
/// of a row needs no key. `t` is the step over the run's steps, in [0, 1), or, with a
/// warm-up, over those that it leaves.
///
/// | text                                 | factor                                                          |
/// |--------------------------------------|-----------------------------------------------------------------|
/// | `constant`                           | 1                                                               |
/// | `cosine`, `cosine:W`, `end=E`        | E + (1 - E) (1 + cos(pi t)) / 2: from 1 to E = 0                |
/// | `step`, `step:F`, `factor=G`         | times G = 0.1 after each fraction F = 1/3                       |
/// | `multistep:0.5,0.75`, `factor=G`     | times G = 0.1 at each of the fractions                          |
/// | `polynomial`, `polynomial:P`, `end=E` | E + (1 - E) (1 - t)^P; P = 1 is a line                          |
/// | `one_cycle`, `one_cycle:R`, `div=D`, `final_div=L` | half a cosine from 1/D = 1/25 to 1 over the fraction R = 0.3,
/// then half a cosine to 1/(D L), L = 1e4 | | all: `warmup=W`                      | first a line from 0 to where the
/// row begins, over the fraction W of the run; `constant:W` and `cosine:W` are short for it |
///
///     Schedule::parse("step:0.3,factor=0.5,warmup=0.05")
///
/// The numbers are those of PyTorch's schedulers stepped once a step, after a LinearLR
/// in a SequentialLR.
/// Source: Loshchilov and Hutter 2016, arXiv:1608.03983 (cosine, no restart);
/// He et al. 2015, arXiv:1512.03385, section 3.4 (step); Smith and Topin 2017,
/// arXiv:1708.07120 (one cycle).
/// Differs: momentum is not cycled.
struct Schedule {
  enum class Kind { constant, cosine, step, multistep, polynomial, one_cycle };

  Kind kind = Kind::constant;
  double warm_up = 0;                   ///< fraction of the run in [0, 1)
  double step_size = 1.0 / 3;           ///< fraction of the run in (0, 1]; of step
  std::vector<double> milestones = {};  ///< growing fractions of the run in (0, 1); of multistep
  double gamma = 0.1;                   ///< in (0, 1]; of step and multistep
  double end = 0;                       ///< last factor, in [0, 1]; of cosine and polynomial
  double power = 1;                     ///< above 0; of polynomial
  double rise = 0.3;                    ///< fraction of the run in (0, 1); of one_cycle
  double div = 25;                      ///< first factor is 1 / div, at least 1; of one_cycle
  double final_div = 1e4;               ///< last factor is 1 / (div final_div), at least 1; of one_cycle

  /// Reads the texts of the table. Throws: Error (usage) for any other text.
  static Schedule parse(std::string_view text);

  /// The text that `parse` reads back.
  std::string text() const;

  /// The factor of the step `step` (from 0) of `total_steps`.
  double factor(int64_t step, int64_t total_steps) const;

  bool operator==(const Schedule&) const = default;
};

}  // namespace reszoo
