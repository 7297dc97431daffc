/// The kinds of prediction.
#pragma once
#include <string>
#include <string_view>

namespace reszoo {

/// The kind of prediction.
enum class Task {
  regression,  ///< a number, or several columns of numbers
  quantile,    ///< quantiles of a number
  count,       ///< a count of events: a number that is 0 or more, or several columns of such numbers
  binary,      ///< one of two classes
  multiclass,  ///< one of several
  ordinal,     ///< one of several ordered classes
  multilabel,  ///< several columns of two classes each
};

/// Parses the name of a task, which is the enumerator's name.
/// Throws: Error (usage) for any other text.
Task parse_task(std::string_view text);

/// Returns the text that `parse_task` reads back.
std::string text_of(Task task);

}  // namespace reszoo
