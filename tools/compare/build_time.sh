#!/usr/bin/env bash
# Measures what a newcomer waits for: each part from a fresh clone, with no compiler cache and nothing in .deps.
#   bash tools/compare/build_time.sh [FOLDER]
# Debian packages that are installed already are not fetched again; everything else is. Needs a quiet machine and some
# 4 GB in FOLDER (a temporary one, removed at the end, if it is left out). Prints seconds of wall clock.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
export CCACHE_DISABLE=1

# timed NAME COMMAND...: runs the command with its output in a log, and prints the seconds that it took.
timed() {
  local name=$1 begin end
  shift
  begin=$(date +%s.%N)
  "$@" >"$work/log" 2>&1 || { tail -n 50 "$work/log"; echo "failed: $name" >&2; exit 1; }
  end=$(date +%s.%N)
  printf '%-60s %6.0f s\n' "$name" "$(echo "$end - $begin" | bc)"
}

fresh() {
  rm -rf "$work/$1"
  git clone -q "$root" "$work/$1"
  cd "$work/$1"
}

fresh quickstart
timed "tools/quickstart.sh from nothing" bash tools/quickstart.sh
fresh tests
timed "tools/test.sh from nothing" bash tools/test.sh
timed "  of it the tests" ctest --preset dev --parallel "$(nproc)" --label-exclude '^full$'
touch models/image/resnet.cpp
timed "touch models/image/resnet.cpp, build test_zoo" cmake --build --preset dev --target test_zoo
cmake --build --preset dev >/dev/null 2>&1
touch include/reszoo/nn/norm.h
timed "touch include/reszoo/nn/norm.h, build everything" cmake --build --preset dev
