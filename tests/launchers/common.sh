# What the tests of launchers share: a small table, a run of two processes, and the comparison with it. Sourced with the
# folder of the tools as the first argument. Exit code 77 means skipped.
set -euo pipefail
tools=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/reszoo-launchers-XXXXXX")
at_end=()
finish() {
  local command
  for command in "${at_end[@]}"; do eval "$command" || true; done
  rm -rf "$work"
}
trap finish EXIT

skip() {
  echo "skipped: $*"
  exit 77
}

fail() {
  echo "failed: $*"
  tail -n 20 "$work"/*.log 2>/dev/null || true
  exit 1
}

awk 'BEGIN { print "size,age,price"
  for (i = 0; i < 400; ++i) { size = 1 + (i * 0.618034) % 3; printf "%.3f,%d,%.2f\n", size, i * 37 % 50, 10 * size + 0.01 * i } }' \
  >"$work/data.csv"
run=(--data "$work/data.csv" --target price --recipe paper --batch-size 32 --device cpu --threads 1 --model-kwargs width=16
  --model-kwargs blocks=1)
short=("${run[@]}" --epochs 4 --timeout 20s)
long=("${run[@]}" --epochs 120 --timeout 20s --checkpoint-every 0.3)  # some seconds

# reference NAME OPTION...: a run that nothing disturbs.
reference() {
  local name=$1
  shift
  "$tools/train" "$@" --processes 2 --out "$work/$name" >"$work/$name.log" 2>&1 || fail "$name"
}

# expect_same NAME OTHER: both runs gave the same model.
expect_same() {
  cmp "$work/$1/model.safetensors" "$work/$2/model.safetensors" || fail "$2 differs from $1"
  echo "$2: the same bytes as $1"
}

# wait_for FILE TEXT: until the file has the text.
wait_for() {
  local i
  for i in $(seq 600); do
    if grep -q "$2" "$1" 2>/dev/null; then return; fi
    sleep 0.1
  done
  fail "no \"$2\" in $1"
}

# expect_line FILE TEXT
expect_line() { grep -q -- "$2" "$1" || fail "no \"$2\" in $1"; }
