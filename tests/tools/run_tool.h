// Runs the programs as a user does.
#pragma once
#include <sys/types.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace reszoo::test {

/// What a program finds when it runs.
struct RunOptions {
  std::string input = {};                ///< on stdin
  std::string signal_when = {};          ///< text on stderr after which `signal` is sent; "" sends none
  std::string signal_when_writing = {};  ///< or a path beside which its temporary file is seen
  double signal_after = 0;               ///< seconds from then
  int signal = 0;
  int second_signal = 0;  ///< sent right after it
  /// Called again and again while the program runs, with its process.
  std::function<void(pid_t tool)> meanwhile = {};
  std::optional<size_t> largest_file;  ///< bytes a file may grow to: a disk that is full
};

/// How a program ended and what it said.
struct ToolResult {
  int code = 0;  ///< exit code; minus the signal that killed it
  std::string out, err;
  size_t peak = 0;  ///< the most memory that it used, in bytes

  /// The last line of stdout, which must be JSON.
  nlohmann::json json() const;
  std::vector<std::string> error_lines() const;
};

using Words = std::vector<std::string>;

/// Runs `words[0]`, a tool's name, with the others as its arguments.
ToolResult run_tool(const Words& words, const RunOptions& options = {});

/// One list of words after another.
Words operator+(Words first, const Words& second);

/// Expects success.
ToolResult expect_success(const Words& words, const RunOptions& options = {});

/// Expects this exit code and one line on stderr that begins with the tool's
/// name and has every part.
void expect_failure(int code, const Words& words, const Words& parts, const RunOptions& options = {});

}  // namespace reszoo::test
