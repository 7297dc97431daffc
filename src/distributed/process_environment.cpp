#include "reszoo/distributed/process_environment.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <thread>

#include "reszoo/base/device.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"

namespace reszoo {
namespace {

constexpr int kUsualPort = 29500;                  // PyTorch's
constexpr int kFirstPort = 15000, kPorts = 10000;  // below the ports that Linux gives to clients

/// The variables of a launcher.
class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  bool has(const std::string& name) const { return environment_(name).has_value(); }
  std::string text(const std::string& name) const { return environment_(name).value_or(""); }

  /// Returns the first of two names that is set, or the second.
  std::string either(const std::string& name, const std::string& other) const { return has(name) ? name : other; }

  int number(const std::string& name, int least, int most) const {
    if (!has(name)) fail(ErrorKind::usage, "{}: is not set; a launcher sets it together with its others", name);
    const auto value = number_in_text<int>(text(name));
    if (!value || *value < least || *value > most)
      fail(ErrorKind::usage, "{}: must be a whole number from {} to {}, got \"{}\"", name, least, most, text(name));
    return *value;
  }
  int number(const std::string& name, int least, int most, int usual) const {
    return has(name) ? number(name, least, most) : usual;
  }

 private:
  const Environment& environment_;
};

/// The names of the variables of one launcher.
struct Names {
  const char *launcher, *rank, *size, *local_rank, *local_size;
};

constexpr Names kTorch{"torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
constexpr Names kOpenMpi{"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                         "OMPI_COMM_WORLD_LOCAL_SIZE"};
constexpr Names kMpich{"mpiexec", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"};

ProcessPlace place_by(const Names& names, const Variables& variables) {
  ProcessPlace place{.launcher = names.launcher};
  place.size = variables.number(names.size, 1, INT_MAX);
  place.rank = variables.number(names.rank, 0, place.size - 1);
  place.local_rank = variables.number(names.local_rank, 0, place.size - 1, 0);
  place.local_size = variables.number(names.local_size, place.local_rank + 1, place.size, place.local_rank + 1);
  return place;
}

ProcessPlace place_by_torch(const Variables& variables) {
  auto place = place_by(kTorch, variables);
  place.agent_store = variables.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
  place.restarts = variables.number("TORCHELASTIC_RESTART_COUNT", 0, INT_MAX, 0);
  if (variables.has("RESZOO_LAUNCHER")) place.launcher = kOwnLauncher;
  else if (!variables.has("TORCHELASTIC_RUN_ID")) place.launcher = "the environment";
  return place;
}

/// Returns a port for a job, so that two jobs on one host rarely take the same.
int port_of_job(const std::string& job) {
  uint64_t number = 0;
  for (const char letter : job) number = number * 31 + static_cast<unsigned char>(letter);
  return kFirstPort + static_cast<int>(number % kPorts);
}

/// Returns the number of tasks on a node from Slurm's list: `4(x2),3` has 4, 4 and 3 tasks.
int tasks_of_node(const Variables& variables, const std::string& name, int node) {
  auto list = variables.text(name) + ",";
  for (int first = 0; !list.empty(); list.erase(0, list.find(',') + 1)) {
    const auto entry = list.substr(0, list.find(','));
    const auto at = entry.find("(x");
    const auto tasks = number_in_text<int>(entry.substr(0, at));
    const auto nodes = at == std::string::npos ? 1 : number_in_text<int>(entry.substr(at + 2, entry.size() - at - 3));
    if (!tasks || !nodes) break;
    first += *nodes;
    if (node < first) return *tasks;
  }
  fail(ErrorKind::usage, "{}: must have the tasks of node {}, got \"{}\"", name, node, variables.text(name));
}

/// Returns the first name of Slurm's list: `node[07-09,12],other` begins with node07.
std::string first_node(const std::string& list) {
  const auto begin = list.find_first_of("[,");
  const auto name = list.substr(0, begin);
  if (begin == std::string::npos || list[begin] == ',') return name;
  const auto end = list.find_first_of("-,]", begin);
  return name + list.substr(begin + 1, end - begin - 1);
}

ProcessPlace place_by_slurm(const Variables& variables) {
  ProcessPlace place{.launcher = "srun"};
  place.size = variables.number(variables.either("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"), 1, INT_MAX);
  place.rank = variables.number("SLURM_PROCID", 0, place.size - 1);
  const auto per_node = variables.either("SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE");
  place.local_size = tasks_of_node(variables, per_node, variables.number("SLURM_NODEID", 0, INT_MAX));
  place.local_rank = variables.number("SLURM_LOCALID", 0, place.local_size - 1);
  place.restarts = variables.number("SLURM_RESTART_COUNT", 0, INT_MAX, 0);
  place.address = first_node(variables.text(variables.either("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST")));
  place.port = port_of_job(variables.text("SLURM_JOB_ID") + "." + variables.text("SLURM_STEP_ID"));
  return place;
}

/// Whether srun started this process: within a batch script, and below its daemons that start MPI's processes, some of
/// the variables are set too.
bool is_step(const Variables& variables) { return variables.has("SLURM_STEP_ID") && variables.has("SLURM_PROCID"); }

ProcessPlace place_by_launcher(const Variables& variables) {
  if (variables.has("RANK")) return place_by_torch(variables);
  if (variables.has(kOpenMpi.rank)) {
    auto place = place_by(kOpenMpi, variables);
    place.port = port_of_job(variables.text("PMIX_NAMESPACE"));
    return place;
  }
  // `srun --mpi=pmi2` sets PMI's variables too, and knows more.
  if (variables.has(kMpich.rank) &&
      (!is_step(variables) || variables.text("SLURM_PROCID") != variables.text(kMpich.rank)))
    return place_by(kMpich, variables);
  return is_step(variables) ? place_by_slurm(variables) : ProcessPlace();
}

/// Takes the address and the port from `host:port`; the host may be an IPv6 address in brackets.
void meet_at(ProcessPlace& place, const std::string& rendezvous) {
  const auto colon = rendezvous.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : number_in_text<int>(rendezvous.substr(colon + 1));
  auto host = rendezvous.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || !port || *port < 1 || *port > 65535)
    fail(ErrorKind::usage, "rendezvous: must be host:port, got \"{}\"", rendezvous);
  if (place.launcher.empty())
    fail(ErrorKind::usage, "rendezvous: RANK and WORLD_SIZE must say which process of how many this is");
  place.address = host;
  place.port = *port;
  place.agent_store = false;
}

}  // namespace

ProcessPlace process_place_of(const Environment& environment, const std::string& rendezvous) {
  const Variables variables(environment);
  auto place = place_by_launcher(variables);
  if (const int size = variables.number("WORLD_SIZE", 1, INT_MAX, place.size); size != place.size) {
    if (place.launcher.empty()) fail(ErrorKind::usage, "RANK: is not set, but WORLD_SIZE is {}", size);
    fail(ErrorKind::usage, "WORLD_SIZE: is {}, but {} started {} processes", size, place.launcher, place.size);
  }
  if (!rendezvous.empty()) {
    meet_at(place, rendezvous);
    return place;
  }
  if (place.size == 1) return place;
  if (variables.has("MASTER_ADDR")) place.address = variables.text("MASTER_ADDR");
  else if (place.local_size == place.size) place.address = "127.0.0.1";
  place.port = variables.number("MASTER_PORT", 1, 65535, place.port == 0 ? kUsualPort : place.port);
  if (place.address.empty())
    fail(ErrorKind::usage,
         "MASTER_ADDR: is not set, and {} does not say on which host rank 0 of {} is; set it, or give "
         "rendezvous=host:port",
         place.launcher, place.size);
  return place;
}

ProcessPlace process_place_of_environment(const std::string& rendezvous) {
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    const auto* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  return process_place_of(environment, rendezvous);
}

int thread_share(const ProcessPlace& place) {
  const int available = available_cpus();
  const bool may_be_bound = place.launcher == "srun" || place.launcher == "mpirun" || place.launcher == "mpiexec";
  const auto online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  if (may_be_bound && available <= std::max(online / place.local_size, 1)) return available;
  return std::max(available / place.local_size, 1);
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "an unknown host";
}

}  // namespace reszoo
