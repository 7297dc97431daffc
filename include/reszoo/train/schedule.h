/// Learning-rate schedules.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// The learning rate of a step as a factor of the run's base rate. Schedules can be compared, printed and parsed from
/// text.
///
/// The text is `name`, or `name:` and values separated by commas, each `key=value`; the first key of a table row may be
/// omitted. `t` is the step divided by the steps of the run, in [0, 1). With a warm-up, `t` only covers the steps after
/// it.
///
/// | text                                  | factor                                                            |
/// |---------------------------------------|-------------------------------------------------------------------|
/// | `constant`                            | 1                                                                 |
/// | `cosine`, `cosine:W`, `end=E`         | E + (1 - E) (1 + cos(pi t)) / 2: from 1 to E = 0                  |
/// | `step`, `step:F`, `factor=G`          | times G = 0.1 after each fraction F = 1/3                         |
/// | `multistep:0.5,0.75`, `factor=G`      | times G = 0.1 at each of the fractions                            |
/// | `polynomial`, `polynomial:P`, `end=E` | E + (1 - E) (1 - t)^P; P = 1 is linear                            |
/// | `one_cycle`, `one_cycle:R`, `div=D`   | half a cosine from 1/D = 1/25 to 1 over the fraction R = 0.3,     |
/// | `final_div=L`                         | then half a cosine to 1/(D L), L = 1e4                            |
/// | all: `warmup=W`                       | first linear from 0 to the schedule's start, over the fraction W; |
/// |                                       | `constant:W` and `cosine:W` are short for it                      |
///
///     Schedule::parse("step:0.3,factor=0.5,warmup=0.05")
///
/// The values are those of PyTorch's schedulers when they are stepped once per training step, after a LinearLR in a
/// SequentialLR.
/// Source: Loshchilov and Hutter 2016, arXiv:1608.03983 (cosine, no restart); He et al. 2015, arXiv:1512.03385, section
/// 3.4 (step); Smith and Topin 2017, arXiv:1708.07120 (one cycle).
/// Differs: momentum is not cycled.
struct Schedule {
  enum class Kind { constant, cosine, step, multistep, polynomial, one_cycle };

  Kind kind = Kind::constant;
  double warm_up = 0;                   ///< fraction of the run in [0, 1)
  double step_size = 1.0 / 3;           ///< step: fraction of the run in (0, 1]
  std::vector<double> milestones = {};  ///< multistep: increasing fractions of the run in (0, 1)
  double gamma = 0.1;                   ///< step and multistep: in (0, 1]
  double end = 0;                       ///< cosine and polynomial: last factor, in [0, 1]
  double power = 1;                     ///< polynomial: exponent above 0
  double rise = 0.3;                    ///< one_cycle: fraction of the run in (0, 1)
  double div = 25;                      ///< one_cycle: the first factor is 1 / div; at least 1
  double final_div = 1e4;               ///< one_cycle: the last factor is 1 / (div final_div); at least 1

  /// Parses the texts of the table.
  /// Throws: Error (usage) for any other text.
  static Schedule parse(std::string_view text);

  /// Returns a text that `parse` accepts.
  std::string text() const;

  /// Returns the factor of the step `step` (from 0) of `total_steps`.
  double factor(int64_t step, int64_t total_steps) const;

  bool operator==(const Schedule&) const = default;
};

}  // namespace reszoo
