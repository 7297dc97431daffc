/// What all tools share: common options, exit codes, JSON output.
#pragma once
#include <c10/core/Device.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reszoo/base/process_group.h"
#include "reszoo/distributed/process_place.h"

namespace reszoo::cli {

/// Thrown to end the program with this exit code after destructors have run.
struct Exit {
  int code;
};

/// Lines about the data: what was taken for granted, left out or found unusual.
class Notes {
 public:
  /// Prints a line on stderr, unless it was said before, and keeps it for `--json`.
  void say(const std::string& line);

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

/// The options that every tool has, and what it said about its data.
struct Common {
  std::string device = "auto";
  int threads = 0;
  uint64_t seed = 0;
  bool json = false;
  Notes notes = {};
  ProcessPlace place = {};                   ///< of this process among those that share the work
  std::shared_ptr<ProcessGroup> group = {};  ///< these processes; empty if this one is alone

  bool is_first() const { return place.rank == 0; }

  /// Sets the number of threads and returns the device.
  c10::Device use() const;
};

/// Returns what is wrong with the text of a duration; "" for a right one.
std::string is_duration(const std::string& text);

/// Prints "note: " and a line on stderr.
void print_note(const std::string& line);

struct GroupFlags;

/// A tool: `define` adds its options; `run` does its work and returns the object that `--json` prints as the last line
/// of stdout, with the notes as `notes` if there are any.
struct Tool {
  std::string name, description;
  std::function<void(CLI::App&)> define;
  std::function<nlohmann::ordered_json()> run;
  const GroupFlags* group = nullptr;  ///< for a tool that several processes can run together
};

/// Parses the command line and runs the tool.
/// Returns: 0; 1 for a failure (one line on stderr); 2 for wrong usage; or the code of an Exit.
int run_tool(int argc, char** argv, Common& common, const Tool& tool);

}  // namespace reszoo::cli
