"""One run: a method on a split, scored; and the file of results, one JSON object a line."""
import json
import os
import platform
import time
from importlib import import_module
from itertools import islice
from pathlib import Path

from . import ours, spaces
from .deadline import NO_DEADLINE, Deadline
from .scores import main_metric, score
from .splits import read_split

PEERS = {"hist_gradient_boosting": "trees", "lightgbm": "trees", "xgboost": "trees", "catboost": "trees",
         "rtdl_resnet": "networks", "tabm": "networks", "realmlp": "networks"}  # and the module with the function
REFERENCES = {"hist_gradient_boosting_100": "trees"}
METHODS = ["reszoo", *PEERS, *REFERENCES]
MOST_TRIALS = 1000  # under a time limit


def run(options):
    """Trains one method on one split and returns its line of results; seconds are of training, its search included.

    For a peer they leave out starting Python, importing and reading the CSV; for reszoo they are the whole command's.
    """
    split = read_split(options.cache, options.table, options.seed)
    line = {"table": options.table, "method": options.method, "mode": options.mode, "seed": options.seed,
            "threads": options.threads, "machine": machine()}
    how = {"tuned": {"trials": options.trials}, "limit": {"limit": options.limit}}.get(options.mode, {})
    line |= how
    if options.method == "reszoo":
        predictions, seconds, facts = ours.reszoo(options.tools, split, options.seed, options.threads, **how)
        scores = {part: score(split, part, prediction) for part, prediction in predictions.items()}
        line["epochs"] = facts.get("epochs")
        if options.mode == "limit":  # its networks were trained on the validation rows; this is out of fold
            scores["val"] = facts["val"]
    else:
        scores, more, seconds = _peer(split, options)
        line |= more
    return {**line, **seconds, "val": scores["val"][main_metric(split.task)], **scores["test"]}


def _peer(split, options):
    """Fits each trial and keeps the scores of the one that is best on validation.

    Under a time limit the first trial is cut at it; a later one is begun only if it is likely to end before, by the
    trials so far. What the last one takes beyond it is not cut off.
    """
    fit = getattr(import_module(f"quality.{(PEERS | REFERENCES)[options.method]}"), options.method)
    deadline = Deadline(options.limit) if options.mode == "limit" else NO_DEADLINE
    most = {"default": 1, "tuned": options.trials, "limit": MOST_TRIALS}[options.mode]
    best, seconds, processor, done = None, 0.0, 0.0, 0
    for parameters in islice(spaces.trials(options.method, options.seed), most):
        if done and deadline.left() < seconds / done:
            break
        started, started_processor = time.perf_counter(), time.process_time()
        predict = fit(split, options.seed, options.threads, deadline, **parameters)
        val = score(split, "val", predict("val"))
        done, seconds = done + 1, seconds + time.perf_counter() - started
        processor += time.process_time() - started_processor
        if best is None or val[main_metric(split.task)] < best[0]:
            best = val[main_metric(split.task)], {"val": val, "test": score(split, "test", predict("test"))}, parameters
    more = {"parameters": best[2]} | ({"trials": done} if options.mode == "limit" else {})
    return best[1], more, {"seconds": round(seconds, 2), "processor_seconds": round(processor, 2)}


def machine():
    """Names the processor and how many of it there are."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{name}, {os.cpu_count()} processors"


def key(line):
    return line["table"], line["method"], line["mode"], line.get("limit"), line["seed"]


def read_results(path):
    """Reads {(table, method, mode, limit, seed): line}; a later line replaces an earlier one."""
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
