# mpirun starts train.   mpirun.sh TOOLS
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
command -v mpirun >/dev/null || skip "no mpirun (openmpi-bin)"

reference reference "${short[@]}"
mpirun --allow-run-as-root --oversubscribe -np 2 "$tools/train" "${short[@]}" --out "$work/mpirun" >"$work/mpirun.log" 2>&1 ||
  fail mpirun
expect_same reference mpirun
