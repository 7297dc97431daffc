#include "group_options.h"

#include <iostream>

#include "reszoo/base/duration.h"
#include "reszoo/base/error.h"
#include "reszoo/distributed/connect.h"
#include "reszoo/distributed/launch.h"
#include "reszoo/distributed/process_environment.h"

namespace reszoo::cli {
namespace {

constexpr int kMostProcesses = 4096;

/// Takes all that is written, and drops it.
class Nowhere : public std::streambuf {
 protected:
  int_type overflow(int_type letter) override { return traits_type::not_eof(letter); }
  std::streamsize xsputn(const char*, std::streamsize count) override { return count; }
};

}  // namespace

void add_group_options(CLI::App& app, GroupFlags& flags, bool can_restart) {
  const auto add = [&](const char* name, auto& value, const char* text) {
    return app.add_option(name, value, text)->configurable(false);
  };
  add("--processes", flags.processes,
      "Start N processes on this machine that share the work; also under torchrun, srun and mpirun, without this "
      "option")
      ->check(CLI::Range(1, kMostProcesses));
  add("--rendezvous", flags.rendezvous, "host:port where the processes meet, on the host of rank 0 (the launcher's)");
  add("--backend", flags.backend, "What connects the processes: auto (nccl for GPUs, gloo for CPUs), nccl or gloo")
      ->check(CLI::IsMember({"auto", "nccl", "gloo"}));
  add("--interface", flags.interface, "Network interface, such as eth0 (that of the host's name)");
  add("--timeout", flags.timeout, "Time after which a process that does not answer is lost: 90s, 5m (5m)")
      ->check(is_duration);
  if (can_restart)
    add("--max-restarts", flags.max_restarts,
        "How often to start all processes again from the last checkpoint after one was lost, with --processes (3)")
        ->default_val(3)
        ->check(CLI::Range(0, 1000000));
}

void find_place(Common& common, const GroupFlags& flags) {
  common.place = process_place_of_environment(flags.rendezvous);
  const auto& place = common.place;
  if (flags.processes > 0 && !place.launcher.empty() && place.launcher != kOwnLauncher)
    fail(ErrorKind::usage, "--processes: {} has started this process as one of {}; leave it out", place.launcher,
         place.size);
}

bool is_launcher(const Common& common, const GroupFlags& flags) {
  return flags.processes > 0 && common.place.launcher.empty();
}

int launch_tool(const std::string& name, int argc, char** argv, const GroupFlags& flags) {
  return launch("/proc/self/exe", {argv, argv + argc},
                {.processes = flags.processes, .max_restarts = flags.max_restarts, .name = name});
}

void connect_processes(Common& common, const GroupFlags& flags) {
  if (common.place.size == 1) return;
  common.group = connect(
      common.place, {.backend = flags.backend, .interface = flags.interface, .timeout = parse_duration(flags.timeout)});
}

Silence::Silence() {
  static Nowhere nowhere;
  out_ = std::cout.rdbuf(&nowhere);
  err_ = std::cerr.rdbuf(&nowhere);
}

Silence::~Silence() {
  std::cout.rdbuf(out_);
  std::cerr.rdbuf(err_);
}

}  // namespace reszoo::cli
