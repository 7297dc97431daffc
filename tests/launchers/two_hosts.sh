# Two hosts: network namespaces with names of their own, joined by a virtual cable.   two_hosts.sh TOOLS
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
command -v ip >/dev/null || skip "no ip (iproute2)"
a=reszoo-a-$$ b=reszoo-b-$$
ip netns add $a 2>/dev/null || skip "network namespaces are not permitted"
at_end+=("ip netns del $a" "ip netns del $b")
ip netns add $b
ip -n $a link add cable-a type veth peer name cable-b netns $b
ip -n $a addr add 10.97.0.1/24 dev cable-a
ip -n $b addr add 10.97.0.2/24 dev cable-b
for host in "$a cable-a" "$b cable-b"; do
  set -- $host
  ip -n $1 link set lo up
  ip -n $1 link set $2 up
done

# on HOST RANK COMMAND...: runs a process of two there.
on() {
  local host=$1 rank=$2
  shift 2
  local space=$a
  [ "$host" = host-a ] || space=$b
  exec ip netns exec $space unshare --uts bash -c 'hostname "$1"; shift; exec "$@"' bash "$host" \
    env RANK="$rank" WORLD_SIZE=2 MASTER_ADDR=10.97.0.1 MASTER_PORT=29511 "$@"
}

# both NAME OPTION...: starts a run on both hosts; sets first and second.
both() {
  local name=$1
  shift
  (on host-a 0 "$tools/train" "$@" --interface cable-a --out "$work/$name") >"$work/$name-a.log" 2>&1 &
  first=$!
  (on host-b 1 "$tools/train" "$@" --interface cable-b --out "$work/$name") >"$work/$name-b.log" 2>&1 &
  second=$!
}

reference reference "${short[@]}"
both hosts "${short[@]}"
wait $first || fail "rank 0"
wait $second || fail "rank 1"
expect_same reference hosts

# seconds COMMAND...: expects that a process ends with 1, and says when.
ends_with_1() {
  local code=0
  wait "$1" || code=$?
  [ $code = 1 ] || fail "$2 ended with $code"
}

endless=("${run[@]}" --epochs 100000 --timeout 5s)
both cut "${endless[@]}"
wait_for "$work/cut-a.log" "epoch 10/"
begin=$(date +%s.%N)
ip -n $a link set cable-a down
ends_with_1 $first "rank 0"
ends_with_1 $second "rank 1"
echo "cut: $(tail -n 1 "$work/cut-a.log")"
echo "cut: $(tail -n 1 "$work/cut-b.log")"
echo "cut: both have ended after $(awk "BEGIN { print $(date +%s.%N) - $begin }") s"
expect_line "$work/cut-a.log" "rank 1 on host host-b at epoch .* was lost"
expect_line "$work/cut-b.log" "rank 1 on host host-b at epoch .* has lost rank 0 on host host-a"
ip -n $a link set cable-a up

(on host-a 0 "$tools/train" "${run[@]}" --timeout 3s --interface cable-a) >"$work/alone.log" 2>&1 &
ends_with_1 $! "rank 0 alone"
echo "alone: $(tail -n 1 "$work/alone.log")"
expect_line "$work/alone.log" "rank 1"
(on host-b 1 "$tools/train" "${run[@]}" --timeout 3s --interface cable-b) >"$work/alone.log" 2>&1 &
ends_with_1 $! "rank 1 alone"
echo "alone: $(tail -n 1 "$work/alone.log")"
expect_line "$work/alone.log" "rank 0"
