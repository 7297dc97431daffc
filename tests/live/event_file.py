"""Train with --tensorboard, and expect TensorBoard to read the values of log.jsonl from the event file.

    event_file.py TOOLS     the folder of the tools

Trains twice into one folder: only the second run's curves may remain. Values are compared as float32, which is
the type in event files.
"""
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TAGS = {"loss": "train/loss", "lr": "train/lr", "items_per_second": "train/items_per_second"}


def train(folder, *more):
    out = folder / "out"
    subprocess.run([Path(sys.argv[1]) / "train", "--data", folder / "data.csv", "--target", "sold", "--out", out, "--tensorboard",
                    "--recipe", "paper", "--sched", "cosine:0.2", "--model-kwargs", "width=16", "--model-kwargs", "blocks=1",
                    "--batch-size", "32", "--threads", "1", "--device", "cpu", "--json", *more], check=True, stdout=subprocess.DEVNULL)
    return out


def scalars(folder):
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    return {tag: {event.step: event.value for event in events.Scalars(tag)} for tag in events.Tags()["scalars"]}


def logged(folder):
    found = {}
    for line in (folder / "log.jsonl").read_text().splitlines():
        record = json.loads(line)
        figures = {tag: record[name] for name, tag in TAGS.items()}
        figures |= {f"val/{name}": value for name, value in record["val"].items()}
        for tag, value in figures.items():
            found.setdefault(tag, {})[record["step"]] = math.nan if value is None else value
    return found


def compare(folder, epochs):
    seen, expected = scalars(folder), logged(folder)
    assert seen.keys() == expected.keys(), (seen.keys(), expected.keys())
    for tag, values in expected.items():
        assert seen[tag].keys() == values.keys() and len(values) == epochs, (tag, seen[tag], values)
        for step, value in values.items():
            assert np.array_equal(np.float32(value), np.float32(seen[tag][step]), equal_nan=True), (tag, step, value, seen[tag][step])
    print(f"{epochs} epochs: {len(seen)} curves are equal")


def main():
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [(draw.random(), draw.choice(["red", "green"])) for _ in range(200)]
        lines = [f"{size:.3f},{colour},{'yes' if size > 0.5 else 'no'}" for size, colour in rows]
        (folder / "data.csv").write_text("\n".join(["size,colour,sold", *lines]) + "\n")
        compare(train(folder, "--epochs", "4"), 4)
        compare(train(folder, "--epochs", "2", "--overwrite"), 2)


if __name__ == "__main__":
    main()
