/// Command-line options of tools that several processes run together.
#pragma once
#include <string>

#include "app.h"

namespace reszoo::cli {

/// How many processes to start, and how they connect.
struct GroupFlags {
  int processes = 0;  ///< to start; 0: none, this one is alone or a launcher has started it
  int max_restarts = 0;
  std::string rendezvous, interface, backend = "auto", timeout = "5m";
};

/// Adds --processes and the options that go with it; with --max-restarts if the tool can go on where it was.
void add_group_options(CLI::App& app, GroupFlags& flags, bool can_restart);

/// Finds the place of this process; it is one of `common.place.size`.
/// Throws: Error (usage) if --processes is given to a process that a launcher has started.
void find_place(Common& common, const GroupFlags& flags);

/// Whether this process only starts others.
bool is_launcher(const Common& common, const GroupFlags& flags);

/// Starts the processes of a tool, which run this program with the same arguments. Returns its exit code.
int launch_tool(const std::string& name, int argc, char** argv, const GroupFlags& flags);

/// Connects this process with the others, if there are any: then `common.group` is set.
/// Throws: Error that names who has not come.
void connect_processes(Common& common, const GroupFlags& flags);

/// Drops what is written to std::cout and std::cerr while it lives: only the first process of a group is heard.
class Silence {
 public:
  Silence();
  ~Silence();
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  std::streambuf *out_, *err_;
};

}  // namespace reszoo::cli
