/// Which process of a group this one is, as its launcher tells it.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "reszoo/distributed/process_place.h"

namespace reszoo {

/// ProcessPlace::launcher of processes that `launch` has started.
constexpr auto kOwnLauncher = "reszoo";

/// Returns the value of a variable; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the place of this process from the variables of the first launcher that has set its own:
///
/// - `launch`, torchrun and Kubernetes' PyTorchJob: RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR,
///   MASTER_PORT, TORCHELASTIC_USE_AGENT_STORE, TORCHELASTIC_RESTART_COUNT;
/// - Open MPI's mpirun: OMPI_COMM_WORLD_RANK, _SIZE, _LOCAL_RANK and _LOCAL_SIZE, PMIX_NAMESPACE;
/// - MPICH's and Intel's mpiexec: PMI_RANK, PMI_SIZE, MPI_LOCALRANKID, MPI_LOCALNRANKS;
/// - Slurm's srun: SLURM_PROCID, SLURM_LOCALID, SLURM_NODEID, the number of tasks and the nodes of the step,
///   SLURM_JOB_ID, SLURM_STEP_ID, SLURM_RESTART_COUNT.
///
/// The processes meet at MASTER_ADDR and MASTER_PORT. Without these, those of one host meet on 127.0.0.1 and those of
/// Slurm on its first node, at a port that follows from the number of the job. `rendezvous`, `host:port`, overrides all
/// of this. Without any such variable the process is alone.
///
/// Throws: Error (usage) that names the variable which is missing, no number, or does not fit the others.
ProcessPlace process_place_of_environment(const std::string& rendezvous = "");

/// The same for the given variables.
ProcessPlace process_place_of(const Environment& environment, const std::string& rendezvous = "");

/// Returns the CPUs for each of this host's processes: an equal part of those that this process may use. If srun or
/// mpirun has bound the process to a part of the machine, that is the part.
int thread_share(const ProcessPlace& place);

/// Returns the name of this host.
std::string host_name();

}  // namespace reszoo
