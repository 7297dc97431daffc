"""What the lines of results say: values, ranks and differences."""
import json
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata, t as student

from .runs import PEERS, read_results
from .scores import main_metric
from .splits import write_split
from .tables import TABLES

OURS = "reszoo"
METHODS = [OURS, *PEERS]
TREES = ["hist_gradient_boosting", "lightgbm", "xgboost", "catboost"]
SPLITS = {"random": ["random"], "grouped or temporal": ["grouped", "temporal"]}


@dataclass
class Results:
    """Answers for the lines of one class of runs; `facts` are the tables' own."""

    lines: list
    facts: dict

    def metric(self, table):
        return main_metric(self.facts[table]["task"])

    def values(self, table, method, name):
        return {line["seed"]: line[name] for line in self.lines
                if line["table"] == table and line["method"] == method and name in line}

    def tables(self, splits=None):
        with_lines = {line["table"] for line in self.lines}
        return [name for name in self.facts
                if name in with_lines and (splits is None or self.facts[name]["split"] in splits)]

    def ranks(self, methods, splits):
        """Gives each method's ranks, one a table, the mean over the seeds that all of them have."""
        ranks = []
        for table in self.tables(splits):
            runs = [self.values(table, method, self.metric(table)) for method in methods]
            seeds = set.intersection(*(set(run) for run in runs))
            if seeds:
                ranks.append(np.mean([rankdata([run[seed] for run in runs]) for seed in seeds], axis=0))
        return np.array(ranks)


def read_classes(path, facts):
    """Reads the lines by class: defaults, tuned by trials, and tuned within each limit of seconds."""
    classes = {("default", None): [], ("tuned", None): []}
    for line in read_results(path).values():
        if line["table"] in facts:
            classes.setdefault((line["mode"], line.get("limit")), []).append(line)
    if len(classes) == 2:
        classes["limit", 60] = []
    return {name: Results(lines, facts) for name, lines in classes.items()}


def read_facts(cache):
    """Reads what each table is; those that have not been split are split now."""
    return {name: json.loads((write_split(cache, name, 0) / "table.json").read_text()) for name in TABLES}


def paired(results, table):
    """Gives the best peer by its mean over the seeds that it has in common with ours, their number, and ours minus
    theirs: mean, half of the 95 % interval by Student's t, per cent. None where ours or all peers are missing.

    A peer with fewer seeds than another is left out: its mean would be one of easier or harder validation rows.
    """
    name = results.metric(table)
    mine = results.values(table, OURS, name)
    peers = {method: results.values(table, method, name) for method in PEERS}
    peers = {method: run for method, run in peers.items() if set(mine) & set(run)}
    if not peers:
        return None
    most = max(len(set(mine) & set(run)) for run in peers.values())
    peers = {method: run for method, run in peers.items() if len(set(mine) & set(run)) == most}
    best = min(peers, key=lambda method: np.mean([peers[method][seed] for seed in set(mine) & set(peers[method])]))
    seeds = sorted(set(mine) & set(peers[best]))
    differences = np.array([mine[seed] - peers[best][seed] for seed in seeds])
    half = np.nan
    if len(seeds) > 1:
        half = student.ppf(0.975, len(seeds) - 1) * differences.std(ddof=1) / np.sqrt(len(seeds))
    relative = 100 * differences.mean() / np.mean([peers[best][seed] for seed in seeds])
    return best, len(seeds), differences.mean(), half, relative


def over_tables(results, peer, splits):
    """Compares ours with a peer over tables: gives their number, on how many ours is better, and the mean relative
    difference with the ends of its 95 % interval by Student's t, all in per cent; negative is better.

    A table's difference is the logarithm of the ratio of the means over the seeds that both have, so that a metric
    near zero counts no more than its ratio.
    """
    logs = []
    for table in results.tables(splits):
        ours, theirs = (results.values(table, method, results.metric(table)) for method in (OURS, peer))
        if seeds := set(ours) & set(theirs):
            logs.append(np.log(np.mean([ours[seed] for seed in seeds]) / np.mean([theirs[seed] for seed in seeds])))
    half = np.nan
    if len(logs) > 1:
        half = student.ppf(0.975, len(logs) - 1) * np.std(logs, ddof=1) / np.sqrt(len(logs))
    mean = np.mean(logs) if logs else np.nan
    return len(logs), sum(value < 0 for value in logs), *(100 * np.expm1([mean, mean - half, mean + half]))
