/// Training progress on stderr.
#pragma once
#include "reszoo/train/trainer.h"

namespace reszoo::cli {

/// On a terminal one line that updates in place, otherwise one line per epoch.
class ProgressLine {
 public:
  /// `unit` is "rows" or "images". Unless it is `heard`, nothing is printed.
  explicit ProgressLine(const char* unit, bool heard = true);

  void step(const Progress& progress);
  void epoch(const Progress& progress);
  /// Prints a line of text.
  void say(const std::string& line);

 private:
  void clear();

  const char* unit_;
  bool heard_, terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace reszoo::cli
