#!/usr/bin/env bash
# make.sh ROOT TOOLS: writes the files in this folder with the tools of version 32c92bd.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$1
tools=$2
export OMP_NUM_THREADS=1
run() { "$tools/$1" "${@:2}" --threads 1; }

python3 make_data.py "$root/examples/data/diamonds.csv.gz"

# Numbers, categories, a date, missing values; piecewise-linear embeddings; four ensemble members in one network.
run train --data table.csv --target price --option width=8 --option blocks=1 --option members=4 --option numeric_width=4 --bins 4 --epochs 12 --out out/table
# Classes, one-hot categories, a threshold.
run train --data table.csv --target insured --recipe paper --option width=8 --option blocks=2 --batch-size 32 --lr 0.01 --epochs 6 --threshold f1 --out out/classes
# An ensemble of three networks with different seeds.
run train --data table.csv --target price --recipe paper --option width=8 --option blocks=1 --ensemble 3 --epochs 3 --out out/ensemble
# Images, and the same model in int8.
run train --data images --recipe image --epochs 6 --batch-size 8 --lr 0.02 --val 0.25 --out out/images
run convert out/images/model.safetensors int8.safetensors --int8 --calibrate images
# A run of three epochs, and its result when it is resumed to the sixth epoch.
settings=(--data table.csv --target price --recipe paper --option width=8 --option blocks=1 --batch-size 32 --lr 0.01 --schedule plateau:1 --average 0.9)
run train "${settings[@]}" --epochs 3 --out run
rm run/report.html run/model.safetensors run/config.toml
cp -r run out/resumed
run train "${settings[@]}" --epochs 6 --out out/resumed --resume

mkdir -p expected
for name in table classes ensemble images; do cp out/$name/model.safetensors $name.safetensors; done
for name in table ensemble; do run predict --weights $name.safetensors table.csv --out expected/$name.csv; done
run predict --weights classes.safetensors table.csv --proba --out expected/classes.csv
run predict --weights images.safetensors images --proba --out expected/images.csv
run predict --weights int8.safetensors images --proba --precision float32 --out expected/int8.csv
run predict --weights out/resumed/model.safetensors table.csv --out expected/resumed.csv
cp out/resumed/log.jsonl expected/resumed.jsonl
for name in table classes; do run evaluate --weights $name.safetensors --data table.csv --json | tail -n 1 >expected/$name.json; done
rm -r out
