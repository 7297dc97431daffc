# A Slurm of one node, started here: srun starts train, a kill ends the step with the rank's name, and SIGUSR1 puts the
# job into the queue again.   slurm.sh TOOLS
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
for program in munged slurmctld slurmd srun; do
  command -v $program >/dev/null || skip "no $program (slurm-wlm, munge)"
done
[ "$(id -u)" = 0 ] || skip "slurmd needs root"

host=$(hostname -s)
port=$((20000 + $$ % 10000))
mkdir -p "$work"/{munge,state,spool}
chmod 700 "$work/munge"
head -c 1024 /dev/urandom >"$work/munge/key"
chmod 400 "$work/munge/key"
munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
  --log-file="$work/munge/log" --seed-file="$work/munge/seed" || skip "munged does not start"
at_end+=('kill $(cat "$work/slurmd.pid" "$work/slurmctld.pid" "$work/munge/pid")' 'sleep 1')
cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.out
SlurmdLogFile=$work/slurmd.out
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
CONF
export SLURM_CONF=$work/slurm.conf
slurmctld || skip "slurmctld does not start"
slurmd || skip "slurmd does not start"
for i in $(seq 100); do
  if sinfo -h -o %T 2>/dev/null | grep -q idle; then break; fi
  sleep 0.2
done
sinfo -h -o %T | grep -q idle || skip "the node does not come up"

reference reference "${short[@]}"
srun --ntasks 2 --overcommit "$tools/train" "${short[@]}" --out "$work/srun" >"$work/srun.log" 2>&1 || fail srun
expect_same reference srun

# A batch job that gets SIGUSR1 writes a checkpoint, is put into the queue again, and goes on.
reference whole "${long[@]}"
cat >"$work/job.sh" <<JOB
#!/bin/bash
srun --ntasks 2 --overcommit $(printf '%q ' "$tools/train" "${long[@]}" --out "$work/again")
JOB
job=$(sbatch --parsable --ntasks 2 --overcommit --requeue --open-mode=append --output="$work/again.log" "$work/job.sh")
wait_for "$work/again.log" "epoch 10/"
scancel --signal=USR1 "$job"
wait_for "$work/again.log" "stopped in"
# Slurm lets a job that was put back wait for a while.
for i in $(seq 300); do
  if [ -f "$work/again/report.html" ]; then break; fi
  scontrol update jobid="$job" starttime=now 2>/dev/null || true
  sleep 1
done
expect_same whole again
[ "$(grep -c "epoch 1/" "$work/again.log")" = 1 ] || fail "the job began anew"
