// Runs this test program again, in several processes that find each other.
#pragma once
#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/base/process_group.h"

namespace reszoo::test {

/// How a process ended: its exit code, or minus the signal that killed it; and what it wrote.
struct Ended {
  int code = 0;
  std::string out;
};

/// What the processes do: a function of this program. It gets the group (null for a single process) and the arguments.
using Scenario = std::function<void(const std::shared_ptr<ProcessGroup>& group, const nlohmann::json& arguments)>;

/// Makes a scenario known by name, at the start of the program.
struct KnownScenario {
  KnownScenario(const std::string& name, Scenario scenario);
};

struct ProcessesOptions {
  int size = 2;
  int started = -1;     ///< processes that are started; -1: all
  double timeout = 30;  ///< seconds, of the group
  int threads = 1;      ///< of each process
  /// Called with the ids of the processes while they run.
  std::function<void(const std::vector<int>& ids)> meanwhile = {};
};

/// Runs the scenario in new processes and waits for them. An Error ends a process with 1 and is its output.
std::vector<Ended> run_processes(const std::string& scenario, const nlohmann::json& arguments,
                                 const ProcessesOptions& options);

/// The same in as many processes, all of which must end well.
void expect_processes(int size, const std::string& scenario, const nlohmann::json& arguments);

}  // namespace reszoo::test
