"""Time training and inference alone and beside a process that keeps one CPU busy.

    cmake --preset release && cmake --build --preset release --target reszoo_tools compare_image_step
    python contention.py [--rounds 5] [--cpus 0,1] [--env GOMP_SPINCOUNT=300000]

All processes run on the given CPUs, reszoo with one thread for each of them. A round runs every workload alone and
then beside the busy process; figures are medians over the rounds. With two CPUs, a fair share of them beside one busy
process is three quarters, so 1.33 times as long is the best that can be expected of threads that share their work.

`--env` sets a variable for reszoo: with GOMP_SPINCOUNT=300000 its threads wait as libgomp's do by default.

| workload         | what is timed                                                              |
|------------------|----------------------------------------------------------------------------|
| train, table     | `train --recipe paper --epochs 5` on diamonds, the whole command           |
| train, images    | 40 steps of cifar_resnet20, batches of 128 images of 28 x 28 x 1           |
| predict, table   | a million rows in `bench` of the network of `--recipe paper`, 1,024 a time |
| predict, images  | 100 images in `bench` of resnet18, 8 at a time                             |
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "examples" / "data" / "diamonds.csv.gz"


def run(command, options):
    started = time.perf_counter()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          env={**os.environ, **dict(pair.split("=", 1) for pair in options.env)},
                          preexec_fn=lambda: os.sched_setaffinity(0, options.cpus))
    if done.returncode:
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return time.perf_counter() - started, done.stdout


def workloads(options, folder):
    """Gives {name: a function that runs it and returns its seconds}."""
    threads = len(options.cpus)
    tool = lambda name, *words: [options.build / "tools" / name, *words, "--threads", threads, "--json"]

    def train_table():
        return run(tool("train", "--data", TABLE, "--target", "price", "--recipe", "paper", "--epochs", 5,
                        "--overwrite", "--out", Path(folder) / "run"), options)[0]

    def train_images():
        lines = run([options.build / "bin" / "compare_image_step", "cifar_resnet20", 28, 1, 128, 42, threads, "fast"],
                    options)[1].split()
        return sum(float(line) for line in lines[2:])

    def predict(samples, *words):
        return lambda: samples / json.loads(run(tool("bench", *words), options)[1].splitlines()[-1])["mean"]

    table = ["--model", "tabular_resnet", "--model-kwargs", "numeric=6", "--model-kwargs", "cardinalities=[5,7,8]"]
    return {"train, table": train_table, "train, images": train_images,
            "predict, table": predict(1e6, *table, "--batch-size", 1024, "--input-size", 9),
            "predict, images": predict(100, "--model", "resnet18", "--batch-size", 8)}


def beside_busy_loop(work, options):
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"],
                            preexec_fn=lambda: os.sched_setaffinity(0, options.cpus))
    try:
        return work()
    finally:
        busy.kill()
        busy.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpus", type=lambda text: {int(cpu) for cpu in text.split(",")}, default={0, 1})
    parser.add_argument("--env", action="append", default=[], help="NAME=VALUE for reszoo; may be repeated")
    parser.add_argument("--only", help="run the workloads whose names contain this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        works = {name: work for name, work in workloads(options, folder).items() if (options.only or "") in name}
        alone, beside = ({name: [] for name in works} for _ in range(2))
        for _ in range(options.rounds):
            for name, work in works.items():
                alone[name].append(work())
                beside[name].append(beside_busy_loop(work, options))
    for name in works:
        one, two = statistics.median(alone[name]), statistics.median(beside[name])
        print(f"{name:16} {one:7.2f} s alone {two:7.2f} s beside a busy process: {two / one:.2f} times as long")


if __name__ == "__main__":
    main()
