#!/usr/bin/env bash
# Set-up, a release build of four tools, and the main job on a real table: train,
# evaluate, predict from a raw CSV, extract features. Takes an output folder.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
out=${1:-runs/diamonds}
bash tools/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target reszoo_tool_train reszoo_tool_evaluate reszoo_tool_predict reszoo_tool_features >&2
tools=build/release/tools

# 53,940 diamonds; of five rows the first tests, the second validates.
mkdir -p "$out"
gzip -dc examples/data/diamonds.csv.gz | awk -v out="$out" '
  NR == 1 { for (i = 0; i < 3; ++i) print > (out "/" name(i) ".csv"); next }
  { print > (out "/" name((NR - 2) % 5) ".csv") }
  function name(i) { return i == 0 ? "test" : i == 1 ? "val" : "train" }'

step() { printf '\n%s\n' "$*" >&2; }
step "train: the price of a diamond from its weight, cut, colour, clarity and size"
"$tools/train" --data "$out/train.csv" --val "$out/val.csv" --test "$out/test.csv" --target price \
  --out "$out/model" --overwrite --json
step "evaluate: on the rows that training has not seen"
"$tools/evaluate" --weights "$out/model/model.safetensors" --data "$out/test.csv" --json
step "predict: raw rows, without the price"
cut -d, -f1-6,8- "$out/test.csv" | sed -n 1,4p >"$out/new.csv"
cat "$out/new.csv" >&2
"$tools/predict" --weights "$out/model/model.safetensors" "$out/new.csv"
step "features: what the head reads, the head swapped for Identity"
"$tools/features" --weights "$out/model/model.safetensors" "$out/test.csv" --out "$out/features.npy"

step "Written: $out/model/model.safetensors   the network, its preprocessing, its target
         $out/model/report.html         curves and results, for a browser
         $out/features.npy              for NumPy"
