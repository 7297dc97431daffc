"""Time the whole way from a table's file to a model, and from a model and a file to predictions.

    cmake --preset release && cmake --build --preset release --target reszoo_tools
    python tabular_files.py train   [--rounds 5]            # a CSV to a model file, 20 epochs
    python tabular_files.py predict [--rounds 5] [--rows 1000000]   # a Parquet file to one of predictions

Every run is a process of its own, the sides one after the other in an order that turns; figures are
medians of wall-clock seconds, from the process's start to its end and, for Python, from the end of
its imports. The table is diamonds; for `predict` its rows are repeated up to --rows.

`train`: reszoo is `train --recipe paper`, report included. Python is diamonds_rtdl.py: pandas,
scikit-learn's QuantileTransformer and OneHotEncoder, rtdl's ResNet of the same sizes, the same
optimizer, batches and rows. It saves its weights, too.
`predict`: reszoo is `predict` with the model of `train --recipe paper` and with that of `train`'s
defaults (two epochs of them: weights do not change the time). Python has pandas, the same
preprocessing by scikit-learn and rtdl's ResNet, batches of 8,192 rows; LightGBM has its defaults up
to 2,000 trees, stopped after 50 without a better validation error.
Needs quality/requirements.txt.
"""
import argparse
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
TABLE = ROOT / "examples" / "data" / "diamonds.csv.gz"
TARGET = "price"
PARTS = ("test", "val", "train", "train", "train")  # of row i by i % 5


def write_parts(folder):
    import pandas as pd
    table = pd.read_csv(TABLE)
    fold = table.index % len(PARTS)
    for part in ("train", "val", "test"):
        table[[PARTS[i] == part for i in fold]].to_csv(folder / f"{part}.csv", index=False)
    return table


def run(command, threads):
    """Runs a process; gives its seconds and what its last line says as JSON."""
    started = time.perf_counter()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          env={**os.environ, "OMP_NUM_THREADS": str(threads)})
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return seconds, json.loads(done.stdout.strip().splitlines()[-1])


def interleave(sides, options):
    """Runs each side in each round; gives {side: its runs}, a run being (seconds, what it printed)."""
    runs = {name: [] for name in sides}
    for i in range(options.rounds):
        names = list(sides)
        for name in names[i % len(names):] + names[:i % len(names)]:
            runs[name].append(run(sides[name], options.threads))
    return runs


def ratio(runs, ours, theirs):
    """Says how long ours takes relative to theirs, the whole and without the imports, as the median over the rounds."""
    whole = statistics.median(mine / other for (mine, _), (other, _) in zip(runs[ours], runs[theirs]))
    without_imports = statistics.median(mine / printed["total_seconds"]
                                        for (mine, _), (_, printed) in zip(runs[ours], runs[theirs]))
    return f"{ours} takes {whole:.2f} times as long as {theirs}, {without_imports:.2f} times as long as it without imports"


def train_call(options, folder, out, *words):
    return [options.tools / "train", "--data", folder / "train.csv", "--val", folder / "val.csv",
            "--test", folder / "test.csv", "--target", TARGET, "--threads", options.threads, "--out", out,
            "--overwrite", "--json", *words]


def compare_train(options, folder):
    write_parts(folder)
    sides = {"reszoo": train_call(options, folder, folder / "model", "--recipe", "paper", "--epochs", options.epochs),
             "python": [sys.executable, HERE.parent / "diamonds_rtdl.py", "--epochs", options.epochs, "--noise", 1e-3,
                        "--threads", options.threads, "--out", folder / "python.pt"]}
    runs = interleave(sides, options)
    for name, results in runs.items():
        inside = [printed["total_seconds"] for _, printed in results if "total_seconds" in printed]
        print(f"{name:8} {statistics.median(seconds for seconds, _ in results):6.1f} s"
              + (f", {statistics.median(inside):.1f} s without imports" if inside else ""))
    print(ratio(runs, "reszoo", "python"))


def fit_python(table, folder):
    """Fits preprocessing, rtdl's network with random weights, and LightGBM; writes them for `child`."""
    import lightgbm
    import torch
    from diamonds_rtdl import Encoder, network
    fold = table.index % len(PARTS)
    rows = table.drop(columns=TARGET)
    encoder = Encoder(rows[fold > 1])
    torch.save(network(encoder(rows[:1]).shape[1]).eval(), folder / "network.pt")
    (folder / "encoder.pickle").write_bytes(pickle.dumps(encoder))
    levels = {name: sorted(table[name].unique()) for name in encoder.categorical}
    for name in levels:
        rows[name] = rows[name].astype("category").cat.set_categories(levels[name])
    trees = lightgbm.LGBMRegressor(n_estimators=2000, verbosity=-1, random_state=0)
    trees.fit(rows[fold > 1], table[TARGET][fold > 1], eval_X=rows[fold == 1], eval_y=table[TARGET][fold == 1],
              callbacks=[lightgbm.early_stopping(50, verbose=False)])
    (folder / "trees.pickle").write_bytes(pickle.dumps((levels, trees)))
    return trees.best_iteration_


def child(kind, folder, source, out, threads):
    """Predicts a Parquet file as a Python program would, in this process."""
    import pandas as pd
    if kind == "python":
        import diamonds_rtdl
        import torch
        torch.set_num_threads(threads)
    else:
        import lightgbm  # noqa: F401
    started = time.perf_counter()
    rows = pd.read_parquet(source)
    if kind == "python":
        encoder = pickle.loads((Path(folder) / "encoder.pickle").read_bytes())
        network = torch.load(Path(folder) / "network.pt", weights_only=False)
        features = torch.from_numpy(encoder(rows).astype("float32"))
        prediction = diamonds_rtdl.predict(network, features).double().numpy() * 4000 + 4000
    else:
        levels, trees = pickle.loads((Path(folder) / "trees.pickle").read_bytes())
        for name in levels:
            rows[name] = rows[name].astype("category").cat.set_categories(levels[name])
        prediction = trees.predict(rows[trees.feature_name_], num_threads=threads)
    pd.DataFrame({"prediction": prediction}).to_parquet(out, index=False)
    print(json.dumps({"total_seconds": time.perf_counter() - started}))


def compare_predict(options, folder):
    import pandas as pd
    table = write_parts(folder)
    source = folder / "rows.parquet"
    rows = table.drop(columns=TARGET)
    rows = pd.concat([rows] * -(-options.rows // len(rows)), ignore_index=True)[:options.rows]
    rows.to_parquet(source, index=False)
    trees = fit_python(table, folder)
    sides = {}
    for recipe in ("paper", "auto"):
        run(train_call(options, folder, folder / recipe, "--recipe", recipe, "--epochs", 2), options.threads)
        sides[f"reszoo, {recipe}"] = [options.tools / "predict", "--weights", folder / recipe / "model.safetensors",
                                      source, "--out", folder / f"{recipe}.parquet", "--threads", options.threads,
                                      "--json"]
    for kind in ("python", "lightgbm"):
        sides[kind] = [sys.executable, HERE, "child", "--child", kind, folder, source, folder / f"{kind}.parquet",
                       options.threads]
    runs = interleave(sides, options)
    for name, results in runs.items():
        seconds = statistics.median(seconds for seconds, _ in results)
        inside = [printed["total_seconds"] for _, printed in results if "total_seconds" in printed]
        print(f"{name:16} {len(rows) / seconds:12,.0f} rows/s of the whole process"
              + (f", {len(rows) / statistics.median(inside):12,.0f} without imports" if inside else ""))
    print(f"{len(rows):,} rows; LightGBM has {trees} trees")
    for ours in ("reszoo, paper", "reszoo, auto"):
        for theirs in ("python", "lightgbm"):
            print(ratio(runs, ours, theirs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["train", "predict", "child"])
    parser.add_argument("--tools", type=Path, default=ROOT / "build" / "release" / "tools", help="folder of train")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.action == "child":
        *words, threads = options.child
        return child(*words, int(threads))
    with tempfile.TemporaryDirectory() as folder:
        {"train": compare_train, "predict": compare_predict}[options.action](options, Path(folder))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs, {options.threads} threads")


if __name__ == "__main__":
    main()
