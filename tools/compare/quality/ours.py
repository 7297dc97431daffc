"""Our side: the command line tools `train` and `predict`, told the files, the target, its task and the seed."""
import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd


def train_command(tools, split, seed, threads, out, trials, recipe):
    """Gives the call of `train`; with trials, that of its search; with a recipe, not the default one."""
    command = [tools / "train", "--data", split.folder / "train.csv", "--val", split.folder / "val.csv",
               "--target", split.target, "--task", split.task, "--seed", seed, "--threads", threads,
               "--out", out, "--json", "--overwrite"]
    if trials:
        command += ["--tune", trials]
    if recipe:
        command += ["--recipe", recipe]
    return [str(word) for word in command]


def reszoo(tools, split, seed, threads, trials=0, recipe=None):
    """Trains, then predicts validation and test rows from files without the target; returns ({part: prediction},
    {wall-clock seconds, processor seconds} of the training command, what it printed as JSON)."""
    tools = Path(tools)
    with tempfile.TemporaryDirectory() as folder:
        started, processor = time.perf_counter(), _processor_seconds()
        printed = _run(train_command(tools, split, seed, threads, folder, trials, recipe))
        seconds = {"seconds": round(time.perf_counter() - started, 2),
                   "processor_seconds": round(_processor_seconds() - processor, 2)}
        facts = json.loads(printed.strip().splitlines()[-1])
        weights = Path(folder) / "model.safetensors"
        return {part: _predict(tools, weights, split, part, folder) for part in ("val", "test")}, seconds, facts


def _processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _predict(tools, weights, split, part, folder):
    rows, out = Path(folder) / f"{part}.csv", Path(folder) / f"{part}_prediction.csv"
    pd.read_csv(split.folder / f"{part}.csv", dtype=str, keep_default_na=False).drop(columns=split.target).to_csv(
        rows, index=False)
    command = [tools / "predict", "--weights", weights, rows, "--out", out]
    if split.classes:
        command.append("--proba")
    _run([str(word) for word in command])
    table = pd.read_csv(out)
    if not split.classes:
        return table["prediction"].to_numpy()
    return table[[f"probability_{name}" for name in split.classes]].to_numpy()


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout
