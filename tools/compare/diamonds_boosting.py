"""The default recipe beside gradient boosting on the rows of the quickstart, one after the other.

    bash tools/quickstart.sh                # writes runs/diamonds/{train,val,test}.csv and builds the tools
    python tools/compare/diamonds_boosting.py [--folder runs/diamonds] [--threads 2] [--seed 0] [--recipes auto paper]

Boosting has its own defaults with early stopping on the validation rows (quality/trees.py). Prints a line for each: test RMSE,
seconds and processor seconds of training; for reszoo those of the whole command. Needs quality/requirements.txt.
"""
import argparse
import time
from pathlib import Path

import numpy as np

from quality import ours, trees
from quality.splits import read_parts

ROOT = Path(__file__).resolve().parents[2]
FACTS = {"name": "diamonds", "task": "regression", "target": "price", "text": ["cut", "color", "clarity"]}


def show(name, split, predicted, seconds, processor):
    rmse = np.sqrt(np.mean((predicted - split.y["test"]) ** 2))
    print(f"{name:20} test RMSE {rmse:6.1f} {seconds:7.1f} s {processor:7.1f} s of processor", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "diamonds")
    parser.add_argument("--tools", type=Path, default=ROOT / "build" / "release" / "tools")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--recipes", nargs="+", default=["auto"])
    options = parser.parse_args()
    split = read_parts(options.folder, FACTS)
    for recipe in options.recipes:
        predicted, used, _ = ours.reszoo(options.tools, split, options.seed, options.threads, recipe=recipe)
        show(f"reszoo {recipe}", split, predicted["test"], used["seconds"], used["processor_seconds"])
    for method in (trees.catboost, trees.lightgbm, trees.xgboost, trees.hist_gradient_boosting):
        started, processor = time.perf_counter(), time.process_time()
        predict = method(split, options.seed, options.threads)
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
        show(method.__name__, split, predict("test"), seconds, processor)


if __name__ == "__main__":
    main()
