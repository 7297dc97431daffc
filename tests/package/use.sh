#!/usr/bin/env bash
# Uses an installed reszoo as its users do; nothing of the source tree but examples and the projects beside this file.
#   use.sh tools PREFIX      trains on diamonds, evaluates, predicts, takes features
#   use.sh c PREFIX          ten lines of C by gcc alone, by pkg-config, and by find_package
#   use.sh cpp PREFIX        a project in C++ by find_package
# Environment: SOURCE, a folder with examples/data and tests/package; WORK, where to write. `c` needs the model of `tools`.
set -euo pipefail
what=$1 prefix=$2
mkdir -p "$WORK"
fail() { printf 'use.sh %s: %s\n' "$what" "$*" >&2; exit 1; }

# said PATTERN COMMAND...: runs the command; its output must match.
said() {
  local pattern=$1 output
  shift
  output=$("$@" 2>&1) || fail "$* failed: $output"
  grep -Eq -- "$pattern" <<<"$output" || fail "$* printed, without $pattern: $output"
}

tools() {
  local data="$SOURCE/examples/data/diamonds.csv.gz" model="$WORK/model/model.safetensors" tool="$prefix/bin/reszoo"
  gzip -dc "$data" | awk -v out="$WORK" 'NR == 1 { print > (out "/train.csv"); print > (out "/test.csv"); next }
    NR % 10 == 0 { print > (out "/train.csv") } NR % 40 == 1 { print > (out "/test.csv") }'
  "$tool-train" --data "$WORK/train.csv" --test "$WORK/test.csv" --target price --out "$WORK/model" --overwrite --json 2>"$WORK/log" >"$WORK/train.json" ||
    fail "reszoo-train: $(cat "$WORK/log")"
  # Prices have a standard deviation of 3989.
  awk 'match($0, /"test":\{"rmse":[0-9]+/) { found = substr($0, RSTART + 15, RLENGTH - 15) + 0 } END { exit !(found > 0 && found < 1200) }' \
    "$WORK/train.json" || fail "training ended with $(tail -n 1 "$WORK/train.json")"
  said '"rmse"' "$tool-evaluate" --weights "$model" --data "$WORK/test.csv" --json
  "$tool-predict" --weights "$model" "$WORK/test.csv" 2>"$WORK/log" >"$WORK/predictions.csv" || fail "reszoo-predict: $(cat "$WORK/log")"
  [ "$(wc -l <"$WORK/predictions.csv")" -eq "$(wc -l <"$WORK/test.csv")" ] || fail "not one prediction for each row"
  said . "$tool-features" --weights "$model" "$WORK/test.csv" --out "$WORK/features.npy"
  said 'resnet18' "$tool-models" resnet18
  for name in train evaluate predict features models convert bench serve; do said '[0-9]+\.[0-9]+\.[0-9]+' "$tool-$name" --version; done
}

# The C program must print what reszoo-predict wrote.
answers() {
  local expected found
  expected=$(sed -n 2p "$WORK/predictions.csv")
  found=$("$@" "$WORK/model/model.safetensors" "$WORK/test.csv") || fail "$* failed"
  awk -v a="$expected" -v b="${found##* }" 'BEGIN { exit !(a > 0 && a - b < 1e-3 * a && b - a < 1e-3 * a) }' ||
    fail "$* printed $found, reszoo-predict $expected"
}

c() {
  local program="$SOURCE/tests/package/c/answer.c"
  [ "$(wc -l <"$program")" -le 11 ] || fail "more than ten lines and a brace"
  if [ "$prefix" = /usr ]; then
    gcc "$program" -lreszoo -o "$WORK/by_gcc"
  else
    gcc -I"$prefix/include" "$program" -L"$prefix/lib" -lreszoo -Wl,-rpath,"$prefix/lib" -o "$WORK/by_gcc"
  fi
  answers "$WORK/by_gcc"
  if command -v pkg-config >/dev/null; then
    local flags
    # pkg-config escapes a space in the prefix, for a shell to read.
    flags=$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --cflags --libs reszoo)
    eval "gcc '$program' $flags -o '$WORK/by_pkg_config'"
    answers "$WORK/by_pkg_config"
  fi
  project "$SOURCE/tests/package/c" "$WORK/c"
  answers "$WORK/c/answer"
}

# project FOLDER BUILD: configures and builds a user's project.
project() {
  rm -rf "$2"
  local prefix_path=()
  [ "$prefix" = /usr ] || prefix_path=("-DCMAKE_PREFIX_PATH=$prefix")
  { cmake -S "$1" -B "$2" "${prefix_path[@]}" && cmake --build "$2"; } >"$WORK/build.log" 2>&1 || fail "$(tail -n 30 "$WORK/build.log")"
}

cpp() {
  project "$SOURCE/tests/package" "$WORK/cpp"
  said '\[2, 64\]' "$WORK/cpp/consumer"
  said 'resnet18-f37072fd.pth' "$WORK/cpp/hub"
  said 'nothing.safetensors: cannot be opened' "$WORK/cpp/runtime"
}

"$what"
printf 'use.sh: %s of %s: good\n' "$what" "$prefix"
