#include "reszoo/distributed/slurm.h"

#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "base/retry_on_eintr.h"
#include "reszoo/base/error.h"

namespace reszoo {

bool is_slurm_job() { return std::getenv("SLURM_JOB_ID") != nullptr; }

void requeue_job() {
  const auto* job = std::getenv("SLURM_JOB_ID");
  if (!job) fail(ErrorKind::usage, "SLURM_JOB_ID: is not set, this is no job of Slurm");
  std::string program = "scontrol", command = "requeue", number = job;
  char* words[] = {program.data(), command.data(), number.data(), nullptr};
  pid_t child = 0;
  int status = 0;
  const bool done = posix_spawnp(&child, "scontrol", nullptr, nullptr, words, environ) == 0 &&
                    retry_on_eintr([&] { return waitpid(child, &status, 0); }) == child && status == 0;
  if (!done) fail(ErrorKind::file, "scontrol requeue {}: has failed; the checkpoint is written", job);
}

}  // namespace reszoo
