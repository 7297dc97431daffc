#!/usr/bin/env python3
"""Trains on a table that is larger than memory, and reports speed, memory and quality.

    python3 tools/compare/large_table.py make FOLDER --rows 100000000       # a folder of Parquet files
    python3 tools/compare/large_table.py train FOLDER --out RUN [--train BINARY] [--tmp FOLDER] [-- OPTIONS OF TRAIN]

`make` writes 17 columns (12 numbers, an integer, a day and 3 columns of words; some with missing values) and the target
`y`. The target is a function of the columns plus normal noise of deviation 1, so no model has an RMSE below 1.

`train` runs reszoo-train and samples /proc/PID/status: the most anonymous memory, and the most resident pages of mapped
files, which the system may take back. It prints one line.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

PART = 5_000_000
LETTERS = np.array(list("abcdefghijklmnopqrst"))


def words(count):
    """Different words such as `bad`."""
    return np.array(["".join(LETTERS[[(i // 400) % 20, (i // 20) % 20, i % 20]]) for i in range(count)])


def part(rows, number):
    """Returns the columns of one file."""
    random = np.random.default_rng([7, number])
    x = random.standard_normal((12, rows), dtype=np.float32)
    x[3] = np.exp(x[3])
    x[4] = np.round(x[4] * 10)
    x[5] = random.random(rows, dtype=np.float32)
    x[6] = x[0] * np.float32(0.7) + x[6] * np.float32(0.3)
    missing = [random.random(rows, dtype=np.float32) < 0.05 for _ in range(3)]
    x[1][missing[0]] = np.nan
    x[7][missing[1]] = np.nan
    count = random.poisson(3, rows).astype(np.int32)
    day = random.integers(18262, 20088, rows).astype(np.int32)
    few, some = random.integers(0, 5, rows), random.integers(0, 40, rows)
    many = np.minimum(random.zipf(1.3, rows), 1000) - 1
    effect = [np.random.default_rng([8, size]).standard_normal(size) for size in (5, 40, 1000)]
    known = np.where(missing[2], 0, effect[1][some])
    y = (2 * np.sin(2 * x[0]) + np.nan_to_num(x[1]) * (few == 2) + np.log(x[3]) * 0.5 + 3 * (x[5] > 0.4) * (x[2] > 0)
         + 0.1 * x[4] + np.abs(np.nan_to_num(x[7])) + 0.3 * count + 0.001 * (day - 19000) + effect[0][few] + known
         + effect[2][many] + random.standard_normal(rows))
    columns = {f"x{i + 1}": values for i, values in enumerate(x)}
    columns |= {"visits": count, "day": day, "colour": words(5)[few], "town": words(40)[some], "item": words(1000)[many]}
    return columns, missing, y.astype(np.float32)


def write_part(path, rows, number):
    import pyarrow as pa
    import pyarrow.parquet as pq
    columns, missing, y = part(rows, number)
    holes = {"x2": missing[0], "x8": missing[1], "town": missing[2]}
    arrays = {name: pa.array(values, mask=holes.get(name)) for name, values in columns.items()}
    arrays["day"] = pa.array(columns["day"], type=pa.date32())
    for name in ("colour", "town", "item"):
        arrays[name] = arrays[name].dictionary_encode()
    pq.write_table(pa.table(arrays | {"y": pa.array(y)}), path, row_group_size=500_000)


def make(options):
    folder = pathlib.Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number, begin in enumerate(range(0, options.rows, PART)):
        path = folder / f"part-{number:03}.parquet"
        if not path.exists():
            write_part(path.with_suffix(".tmp"), min(PART, options.rows - begin), number)
            path.with_suffix(".tmp").rename(path)


def status(pid):
    """Returns the anonymous memory and the resident pages of files, in MB."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    fields = dict(line.split(":", 1) for line in lines)
    amount = [int(fields.get(name, "0 kB").split()[0]) / 1000 for name in ("RssAnon", "RssFile")]
    return tuple(amount)


def stage_of(log):
    """Returns whether the network is trained yet: the tool's first line about rows says so."""
    return "training" if "rows to train on" in log else "preparation"


def line_of(report):
    """Returns the figures of a run as a line of text."""
    most = {kind: max(report[kind].values()) for kind in ("anonymous_mb", "mapped_mb")}
    rate = report["training_rows"] * report["epochs"] / (report["seconds"] - report["preparation_seconds"])
    return (f"{report['training_rows']:>11,} training rows: {report['cpu_seconds']} s of processor time; prepared in "
            f"{report['preparation_seconds']} s of {report['seconds']}, then {rate:,.0f} rows/s; most anonymous memory "
            f"{most['anonymous_mb']} MB, mapped pages {most['mapped_mb']} MB; RMSE {report['rmse']:.4f}")


def train(options):
    out = pathlib.Path(options.out)
    command = [options.train, "--data", options.folder, "--target", "y", "--out", str(out), "--overwrite", "--json",
               *options.more]
    environment = os.environ | ({"TMPDIR": options.tmp} if options.tmp else {})
    log = out.with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    begin = time.time()
    peak = {"preparation": [0, 0], "training": [0, 0]}
    prepared = None
    with open(log, "w") as errors, open(out.with_suffix(".json"), "w") as answer:
        process = subprocess.Popen(command, stdout=answer, stderr=errors, env=environment)
        while process.poll() is None:
            stage = stage_of(log.read_text())
            if stage == "training" and prepared is None:
                prepared = time.time() - begin
            for i, value in enumerate(status(process.pid)):
                peak[stage][i] = max(peak[stage][i], value)
            time.sleep(0.2)
    usage = os.times()
    seconds = time.time() - begin
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}:\n{log.read_text()[-2000:]}")
    result = json.loads(out.with_suffix(".json").read_text().splitlines()[-1])
    rows = int(log.read_text().split(" rows to train on")[0].split()[-1])
    measured = result.get("test") or result["val"]
    report = {"training_rows": rows, "seconds": round(seconds), "preparation_seconds": round(prepared or seconds),
              "cpu_seconds": round(usage.children_user + usage.children_system), "epochs": result.get("epochs"),
              "anonymous_mb": {name: round(values[0]) for name, values in peak.items()},
              "mapped_mb": {name: round(values[1]) for name, values in peak.items()}, "rmse": measured["rmse"],
              "noise": 1.0}
    print(line_of(report))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    making = commands.add_parser("make")
    making.add_argument("folder")
    making.add_argument("--rows", type=int, default=3_000_000)
    making.set_defaults(run=make)
    training = commands.add_parser("train")
    training.add_argument("folder")
    training.add_argument("--out", required=True)
    training.add_argument("--train", default="build/release/tools/train")
    training.add_argument("--tmp")
    training.set_defaults(run=train)
    given = sys.argv[1:]
    end = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:end], argparse.Namespace(more=given[end + 1:]))
    options.run(options)


if __name__ == "__main__":
    main()
