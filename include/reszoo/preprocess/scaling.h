/// The kinds of scaling of numbers.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// How numbers are scaled: `quantile` to a normal distribution, `standard` to mean 0 and standard deviation 1, `robust`
/// to median 0 and interquartile range 1, `smooth` like `robust` with outliers squashed into (-3, 3), and `none` not at
/// all.
enum class Scaling { quantile, standard, robust, smooth, none };

/// Parses the name of a scaling, which is the enumerator's name.
/// Throws: Error (usage) for any other text.
Scaling parse_scaling(std::string_view text);

/// Returns the text that `parse_scaling` reads back.
std::string text_of(Scaling scaling);

}  // namespace reszoo
