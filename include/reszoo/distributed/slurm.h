/// Jobs of Slurm.
#pragma once

namespace reszoo {

/// Whether this process is part of a job of Slurm.
bool is_slurm_job();

/// Puts the job of this process into Slurm's queue again, which ends its processes: `scontrol requeue`.
/// Throws: Error (file) if that fails, as for a job that may not be queued again.
void requeue_job();

}  // namespace reszoo
