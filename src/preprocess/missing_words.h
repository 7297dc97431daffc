/// The words that mean a missing value where numbers or dates are expected. Private.
#pragma once
#include <string_view>

namespace reszoo {

/// Whether a word is so usual for a missing value that it is not worth a line: one that Arrow's reader of CSV knows.
bool is_usual_missing_word(std::string_view word);

}  // namespace reszoo
