"""Our side: the command line tools `train` and `predict`, told the files, the target, its task and the seed."""
import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd


def train_command(tools, split, seed, threads, out, trials=0, limit=0, recipe=None):
    """Gives the call of `train`; with trials, that of its search; with a recipe, not the default one; with a limit, the
    recipe `best` for as many seconds.

    `best` makes its own folds: it gets training and validation rows together, as the file `data.csv` in `out`.
    """
    data = Path(out) / "data.csv" if limit else split.folder / "train.csv"
    command = [tools / "train", "--data", data, "--target", split.target, "--task", split.task, "--seed", seed,
               "--threads", threads, "--out", Path(out) / "model", "--json", "--overwrite"]
    if split.kind == "grouped":
        command += ["--groups", split.by]  # not a feature
    for column in _words_like_numbers(split):
        command += ["--categorical-features", column]
    if limit:
        command += ["--recipe", "best", "--time-limit", f"{limit}s"]
        return command + (["--time", split.by] if split.kind == "temporal" else [])
    command += ["--val", split.folder / "val.csv"]
    return command + (["--tune", trials] if trials else []) + (["--recipe", recipe] if recipe else [])


def _words_like_numbers(split):
    """Gives the columns of text, such as postcodes, most of whose training rows could be read as numbers."""
    words = {c: split.x["train"][c].dropna().astype(str) for c in split.categories}
    return [c for c, column in words.items() if pd.to_numeric(column, errors="coerce").notna().mean() > 0.9]


def reszoo(tools, split, seed, threads, **how):
    """Trains, then predicts validation and test rows from files without the target; returns ({part: prediction},
    {wall-clock seconds, processor seconds} of the training command, what it printed as JSON)."""
    tools = Path(tools)
    with tempfile.TemporaryDirectory() as folder:
        if how.get("limit"):
            both = pd.concat([_rows(split, part) for part in ("train", "val")])
            both.to_csv(Path(folder) / "data.csv", index=False)
        started, processor = time.perf_counter(), _processor_seconds()
        printed = _run(train_command(tools, split, seed, threads, folder, **how))
        seconds = {"seconds": round(time.perf_counter() - started, 2),
                   "processor_seconds": round(_processor_seconds() - processor, 2)}
        facts = json.loads(printed.strip().splitlines()[-1])
        weights = Path(folder) / "model" / "model.safetensors"
        return {part: _predict(tools, weights, split, part, folder) for part in ("val", "test")}, seconds, facts


def _rows(split, part):
    return pd.read_csv(split.folder / f"{part}.csv", dtype=str, keep_default_na=False)


def _processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _predict(tools, weights, split, part, folder):
    rows, out = Path(folder) / f"{part}.csv", Path(folder) / f"{part}_prediction.csv"
    hidden = [split.target, *([split.by] if split.kind == "grouped" else [])]
    _rows(split, part).drop(columns=hidden).to_csv(rows, index=False)
    command = [tools / "predict", "--weights", weights, rows, "--out", out]
    if split.classes:
        command.append("--proba")
    _run(command)
    table = pd.read_csv(out)
    if not split.classes:
        return table["prediction"].to_numpy()
    return table[[f"probability_{name}" for name in split.classes]].to_numpy()


def _run(command):
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout
