"""One run: a method on a split, scored; and the file of results, one JSON object a line."""
import json
import os
import platform
import time
from pathlib import Path

from . import networks, ours, spaces, trees
from .scores import main_metric, score
from .splits import read_split

PEERS = {function.__name__: function for function in (
    trees.hist_gradient_boosting, trees.lightgbm, trees.xgboost, trees.catboost, networks.rtdl_resnet, networks.tabm,
    networks.realmlp)}
REFERENCES = {"hist_gradient_boosting_100": trees.hist_gradient_boosting_100}
METHODS = ["reszoo", *PEERS, *REFERENCES]


def run(options):
    """Trains one method on one split and returns its line of results; seconds are of training, its search included.

    For a peer they leave out starting Python, importing and reading the CSV; for reszoo they are the whole command's.
    """
    split = read_split(options.cache, options.table, options.seed)
    trials = options.trials if options.mode == "tuned" else 0
    line = {"table": options.table, "method": options.method, "mode": options.mode, "seed": options.seed,
            "threads": options.threads, "machine": machine()}
    if options.method == "reszoo":
        predictions, seconds, facts = ours.reszoo(options.tools, split, options.seed, options.threads, trials)
        scores = {part: score(split, part, prediction) for part, prediction in predictions.items()}
        line["epochs"] = facts.get("epochs")
    else:
        scores, seconds, parameters = _peer(split, options, trials)
        line["parameters"] = parameters
    if trials:
        line["trials"] = trials
    return {**line, **seconds, "val": scores["val"][main_metric(split.task)], **scores["test"]}


def _peer(split, options, trials):
    """Fits each trial and keeps the scores of the one that is best on validation."""
    fit = {**PEERS, **REFERENCES}[options.method]
    candidates = spaces.trials(options.method, trials, options.seed) if trials else [{}]
    best, seconds, processor = None, 0.0, 0.0
    for parameters in candidates:
        started, started_processor = time.perf_counter(), time.process_time()
        predict = fit(split, options.seed, options.threads, **parameters)
        seconds += time.perf_counter() - started
        processor += time.process_time() - started_processor
        val = score(split, "val", predict("val"))
        value = val[main_metric(split.task)]
        if best is None or value < best[0]:
            best = value, {"val": val, "test": score(split, "test", predict("test"))}, parameters
    return best[1], {"seconds": round(seconds, 2), "processor_seconds": round(processor, 2)}, best[2]


def machine():
    """Names the processor and how many of it there are."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{name}, {os.cpu_count()} processors"


def key(line):
    return line["table"], line["method"], line["mode"], line["seed"]


def read_results(path):
    """Reads {(table, method, mode, seed): line}; a later line replaces an earlier one."""
    path = Path(path)
    if not path.exists():
        return {}
    lines = [json.loads(text) for text in path.read_text().splitlines() if text.strip()]
    return {key(line): line for line in lines}


def append_result(path, line):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
