# torchrun starts train, and starts it again after a kill.   torchrun.sh TOOLS TORCHRUN
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
torchrun=${2:-}
[ -x "$torchrun" ] || skip "no torchrun beside LibTorch"
start=("$torchrun" --standalone --nproc-per-node 2 --no-python)

reference reference "${short[@]}"
"${start[@]}" "$tools/train" "${short[@]}" --out "$work/torchrun" >"$work/torchrun.log" 2>&1 || fail torchrun
expect_same reference torchrun
[ "$(grep -c "rows to train on" "$work/torchrun.log")" = 1 ] || fail "more than rank 0 was heard"

reference whole "${long[@]}"
"${start[@]}" --max-restarts 1 "$tools/train" "${long[@]}" --out "$work/killed" >"$work/killed.log" 2>&1 &
agent=$!
wait_for "$work/killed.log" "epoch 10/"
kill -KILL "$(pgrep -P $agent | tail -n 1)"
wait $agent || fail "torchrun did not go on after a kill"
expect_same whole killed
