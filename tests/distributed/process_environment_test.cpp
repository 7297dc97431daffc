#include "reszoo/distributed/process_environment.h"

#include <map>

#include "reszoo/base/device.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Variables = std::map<std::string, std::string>;

ProcessPlace place_of(const Variables& variables, const std::string& rendezvous = "") {
  const auto environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return process_place_of(environment, rendezvous);
}

Variables with(Variables variables, const Variables& more) {
  for (const auto& [name, value] : more) variables[name] = value;
  return variables;
}

void expect_refused(const Variables& variables, const std::vector<std::string>& parts,
                    const std::string& rendezvous = "") {
  expect_error_parts(ErrorKind::usage, parts, [&] { place_of(variables, rendezvous); });
}

const Variables kTorchrun = {{"RANK", "5"},
                             {"WORLD_SIZE", "8"},
                             {"LOCAL_RANK", "1"},
                             {"LOCAL_WORLD_SIZE", "4"},
                             {"MASTER_ADDR", "node1"},
                             {"MASTER_PORT", "29400"},
                             {"TORCHELASTIC_RUN_ID", "none"},
                             {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                             {"TORCHELASTIC_RESTART_COUNT", "2"}};

const Variables kSrun = {{"SLURM_JOB_ID", "1234"},
                         {"SLURM_STEP_ID", "0"},
                         {"SLURM_PROCID", "9"},
                         {"SLURM_STEP_NUM_TASKS", "11"},
                         {"SLURM_LOCALID", "1"},
                         {"SLURM_NODEID", "2"},
                         {"SLURM_STEP_TASKS_PER_NODE", "4(x2),3"},
                         {"SLURM_STEP_NODELIST", "gpu[07-09],cpu1"}};

const Variables kMpirun = {{"OMPI_COMM_WORLD_RANK", "1"},
                           {"OMPI_COMM_WORLD_SIZE", "2"},
                           {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                           {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                           {"PMIX_NAMESPACE", "3471048705"}};

}  // namespace

TEST(ProcessEnvironment, WithoutVariablesTheProcessIsAlone) {
  const auto place = place_of({});
  EXPECT_EQ(place.rank, 0);
  EXPECT_EQ(place.size, 1);
  EXPECT_EQ(place.launcher, "");
  EXPECT_EQ(place_of({{"WORLD_SIZE", "1"}}).size, 1);
}

TEST(ProcessEnvironment, IsThatOfTorchrun) {
  const auto place = place_of(kTorchrun);
  EXPECT_EQ(place.rank, 5);
  EXPECT_EQ(place.size, 8);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.local_size, 4);
  EXPECT_EQ(place.address, "node1");
  EXPECT_EQ(place.port, 29400);
  EXPECT_TRUE(place.agent_store);
  EXPECT_EQ(place.restarts, 2);
  EXPECT_EQ(place.launcher, "torchrun");
}

TEST(ProcessEnvironment, IsThatOfAPodOfKubernetes) {
  const auto place = place_of({{"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "run-0"}, {"MASTER_PORT", "23456"}});
  EXPECT_EQ(place.rank, 1);
  EXPECT_EQ(place.local_rank, 0);
  EXPECT_EQ(place.local_size, 1);
  EXPECT_EQ(place.address, "run-0");
  EXPECT_FALSE(place.agent_store);
}

TEST(ProcessEnvironment, IsThatOfSrun) {
  const auto place = place_of(kSrun);
  EXPECT_EQ(place.rank, 9);
  EXPECT_EQ(place.size, 11);
  EXPECT_EQ(place.local_rank, 1);
  EXPECT_EQ(place.local_size, 3);
  EXPECT_EQ(place.address, "gpu07");
  EXPECT_EQ(place.launcher, "srun");
  EXPECT_GE(place.port, 1024);
  EXPECT_NE(place.port, place_of(with(kSrun, {{"SLURM_JOB_ID", "1235"}})).port);
  EXPECT_EQ(place_of(with(kSrun, {{"SLURM_NODEID", "0"}})).local_size, 4);
  EXPECT_EQ(place_of(with(kSrun, {{"SLURM_RESTART_COUNT", "1"}})).restarts, 1);
  EXPECT_EQ(place_of(with(kSrun, {{"SLURM_STEP_NODELIST", "alpha,beta"}})).address, "alpha");
  EXPECT_EQ(place_of(with(kSrun, {{"MASTER_ADDR", "10.0.0.7"}, {"MASTER_PORT", "99"}})).address, "10.0.0.7");
}

TEST(ProcessEnvironment, ABatchScriptOfSlurmIsAlone) {
  auto script = kSrun;
  script.erase("SLURM_STEP_ID");
  EXPECT_EQ(place_of(script).size, 1);
}

TEST(ProcessEnvironment, IsThatOfMpirun) {
  const auto place = place_of(kMpirun);
  EXPECT_EQ(place.rank, 1);
  EXPECT_EQ(place.size, 2);
  EXPECT_EQ(place.local_size, 2);
  EXPECT_EQ(place.address, "127.0.0.1");
  EXPECT_EQ(place_of(with(kSrun, kMpirun)).size, 2);  // mpirun within a job of Slurm
  const auto mpich =
      place_of({{"PMI_RANK", "2"}, {"PMI_SIZE", "3"}, {"MPI_LOCALRANKID", "2"}, {"MPI_LOCALNRANKS", "3"}});
  EXPECT_EQ(mpich.rank, 2);
  EXPECT_EQ(mpich.address, "127.0.0.1");
  EXPECT_EQ(place_of(with(kSrun, {{"PMI_RANK", "9"}, {"PMI_SIZE", "11"}})).launcher, "srun");
}

TEST(ProcessEnvironment, ARendezvousOverridesTheMeetingPlace) {
  const auto place = place_of(kTorchrun, "10.1.2.3:4567");
  EXPECT_EQ(place.address, "10.1.2.3");
  EXPECT_EQ(place.port, 4567);
  EXPECT_FALSE(place.agent_store);
  EXPECT_EQ(place.rank, 5);
  EXPECT_EQ(place_of(kTorchrun, "[fe80::1]:4567").address, "fe80::1");
  for (const auto* wrong : {"node", "node:", "node:x", ":5", "node:70000"}) expect_refused(kTorchrun, {wrong}, wrong);
  expect_refused({}, {"rendezvous", "RANK"}, "node:1");
}

TEST(ProcessEnvironment, InconsistentVariablesAreNamed) {
  expect_refused({{"RANK", "1"}}, {"WORLD_SIZE: is not set"});
  expect_refused({{"WORLD_SIZE", "4"}}, {"RANK: is not set"});
  expect_refused(with(kTorchrun, {{"RANK", "8"}}), {"RANK", "0 to 7", "8"});
  expect_refused(with(kTorchrun, {{"RANK", "-1"}}), {"RANK", "-1"});
  expect_refused(with(kTorchrun, {{"WORLD_SIZE", "two"}}), {"WORLD_SIZE", "two"});
  expect_refused(with(kTorchrun, {{"LOCAL_RANK", "4"}}), {"LOCAL_WORLD_SIZE", "5 to 8"});
  expect_refused(with(kTorchrun, {{"MASTER_PORT", "0"}}), {"MASTER_PORT"});
  expect_refused({{"RANK", "0"}, {"WORLD_SIZE", "2"}}, {"MASTER_ADDR", "rendezvous"});
  expect_refused(with(kMpirun, {{"OMPI_COMM_WORLD_LOCAL_SIZE", "1"}, {"OMPI_COMM_WORLD_LOCAL_RANK", "0"}}),
                 {"MASTER_ADDR", "mpirun"});
  expect_refused(with(kMpirun, {{"WORLD_SIZE", "4"}}), {"WORLD_SIZE: is 4", "2 processes"});
  expect_refused(with(kSrun, {{"SLURM_NODEID", "3"}}), {"SLURM_STEP_TASKS_PER_NODE", "node 3"});
  expect_refused(with(kSrun, {{"SLURM_LOCALID", "3"}}), {"SLURM_LOCALID"});
}

TEST(ProcessEnvironment, ProcessesShareTheCpus) {
  const int cpus = available_cpus();
  EXPECT_EQ(thread_share({}), cpus);
  EXPECT_EQ(thread_share({.size = 2, .local_size = 2}), std::max(cpus / 2, 1));
  EXPECT_EQ(thread_share({.size = 999, .local_size = 999}), 1);
}
