"""The page docs/tabular.md out of the file of results: nothing on it is typed by hand."""
import json
from pathlib import Path

import numpy as np
from scipy.stats import rankdata, t as student

from .runs import PEERS, REFERENCES, read_results
from .scores import main_metric
from .tables import TABLES

OURS = "reszoo"
METHODS = [OURS, *PEERS]
TREES = ["hist_gradient_boosting", "lightgbm", "xgboost", "catboost"]
TITLES = {"default": "With defaults", "tuned": "Tuned"}


class Results:
    """Answers for one mode: the runs of a table and method by seed; `facts` are the tables' own."""

    def __init__(self, path, mode, facts):
        self.lines = [line for line in read_results(path).values() if line["mode"] == mode and line["table"] in facts]
        self.facts = facts

    def metric(self, table):
        return main_metric(self.facts[table]["task"])

    def values(self, table, method, name):
        return {line["seed"]: line[name] for line in self.lines
                if line["table"] == table and line["method"] == method and name in line}

    def tables(self):
        return [name for name in TABLES if any(line["table"] == name for line in self.lines)]

    def ranks(self, methods):
        """Gives each method's ranks, one a (table, seed) that all of them have, and those tables."""
        ranks, tables = {method: [] for method in methods}, []
        for table in self.tables():
            runs = [self.values(table, method, self.metric(table)) for method in methods]
            seeds = set.intersection(*(set(run) for run in runs))
            for seed in seeds:
                for method, rank in zip(methods, rankdata([run[seed] for run in runs])):
                    ranks[method].append(rank)
            if seeds:
                tables.append(table)
        return ranks, tables


def read_facts(cache):
    """Reads table.json of each table that has been split."""
    found = {name: sorted(Path(cache).glob(f"{name}/*/table.json")) for name in TABLES}
    return {name: json.loads(paths[0].read_text()) for name, paths in found.items() if paths}


def _decimals(value):
    """Gives the decimals that show four digits, and no more than four."""
    return 4 if abs(value) < 1 else 3 if abs(value) < 10 else 2 if abs(value) < 100 else 1


def _spread(values):
    """Writes mean ± standard deviation, the number of seeds behind it where that is not five."""
    values = list(values.values())
    if not values:
        return ""
    decimals = _decimals(np.mean(values))
    text = f"{np.mean(values):.{decimals}f}"
    if len(values) > 1:
        text += f" ± {np.std(values, ddof=1):.{decimals}f}"
    return text if len(values) == 5 else f"{text} ({len(values)})"


def _table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _scores(results, name, tables):
    rows = []
    for table in tables:
        cells = [results.values(table, method, name) for method in METHODS]
        means = [np.mean(list(cell.values())) if cell else np.nan for cell in cells]
        pick = np.nanargmax if name in ("accuracy", "roc_auc") else np.nanargmin
        best = pick(means) if not np.isnan(means).all() else -1
        texts = [_spread(cell) for cell in cells]
        rows.append([table, *(f"**{text}**" if i == best else text for i, text in enumerate(texts))])
    return _table(["table", *METHODS], rows)


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


def _differences(results):
    rows = []
    for table in results.tables():
        found = paired(results, table)
        if found is None:
            rows.append([table, results.metric(table), "", "", "", "", ""])
            continue
        best, seeds, mean, half, relative = found
        interval = "" if np.isnan(half) else f"[{mean - half:.4g}, {mean + half:.4g}]"
        verdict = "" if np.isnan(half) else "better" if mean + half < 0 else "worse" if mean - half > 0 else "level"
        rows.append([table, results.metric(table), best, f"{mean:+.4g}", interval, f"{relative:+.2f} %", verdict])
    return _table(["table", "metric", "best peer", "difference", "95 % interval", "relative", ""], rows)


def _ranks(results):
    rows, notes = [], []
    groups = {"all": METHODS, "peers": list(PEERS), "reszoo and trees": [OURS, *TREES], "trees": TREES}
    for title, methods in groups.items():
        ranks, tables = results.ranks(methods)
        if not tables:
            notes.append(title)
            continue
        means = (f"{np.mean(ranks[method]):.2f}" if method in methods else "" for method in METHODS)
        rows.append([title, str(len(tables)), *means])
    text = _table(["among", "tables", *METHODS], rows)
    return text + (f"\n\nNot ranked, since no table has been run by all of them: {', '.join(notes)}." if notes else "")


def _times(results):
    rows = [[table, *(_median(results.values(table, method, "processor_seconds")) for method in METHODS)]
            for table in results.tables()]
    return _table(["processor seconds, median", *METHODS], rows)


def _median(values):
    return f"{np.median(list(values.values())):.1f}" if values else ""


def _mode(results, mode):
    tables = results.tables()
    kinds = {"rmse": [t for t in tables if results.facts[t]["task"] == "regression"],
             "log_loss": [t for t in tables if results.facts[t]["task"] != "regression"],
             "accuracy": [t for t in tables if results.facts[t]["task"] != "regression"],
             "roc_auc": [t for t in tables if results.facts[t]["task"] == "binary"]}
    names = {"rmse": "RMSE, less is better", "log_loss": "Log loss, less is better",
             "accuracy": "Accuracy, more is better", "roc_auc": "Area under the ROC curve, more is better"}
    parts = [f"## {TITLES[mode]}"]
    if mode == "tuned":
        trials = sorted({line["trials"] for line in results.lines})
        parts.append(f"Each method had {' or '.join(map(str, trials))} trials, chosen on validation.")
    parts += ["### Ranks", _ranks(results), "### reszoo and the best peer of each table", _differences(results)]
    for name, title in names.items():
        if kinds[name]:
            parts += [f"### {title}", _scores(results, name, kinds[name])]
    return parts + ["### Training time", _times(results)]


def _missing(results, mode):
    lacking = [f"{method} on {table} ({5 - len(found)} of 5 seeds)" for table in TABLES for method in METHODS
               if len(found := results.values(table, method, "seconds")) < 5]
    return [f"Not run yet with {'defaults' if mode == 'default' else 'tuning'}: {len(lacking)} of "
            f"{len(TABLES) * len(METHODS)} pairs of table and method lack seeds; a cell with fewer than five says how "
            "many it has, an empty one has none."] if lacking else []


def _data(facts):
    rows = [[name, f["task"], f"{f['rows']:,}", str(f["columns"]), str(f["categories"]), f"{f['missing']:,}",
             f["target"], f["source"], f["licence"], f["left_out"]] for name, f in facts.items()]
    header = ["table", "task", "rows", "columns", "text columns", "missing values", "target", "from", "licence",
              "left out, and why"]
    return _table(header, rows)


def _references(results):
    rows = [[table, _spread(results.values(table, name, results.metric(table)))] for name in REFERENCES
            for table in results.tables() if results.values(table, name, results.metric(table))]
    return _table(["table", *REFERENCES], rows) if rows else "Not run yet."


def _printed(folder, *names):
    """Shows what the programs that time printed."""
    parts = []
    for name in names:
        file = Path(folder) / f"{name}.txt"
        text = file.read_text().strip() if file.exists() else "Not run yet."
        parts.append(f"{name}.txt:\n\n```\n{text}\n```")
    return "\n\n".join(parts)


def page(path, cache, speed):
    """Writes the whole page."""
    facts = read_facts(cache)
    template = (Path(__file__).parent / "page.md").read_text()
    by_mode = {mode: Results(path, mode, facts) for mode in TITLES}
    lines = [line for results in by_mode.values() for line in results.lines]
    threads, machines = (sorted({str(line[name]) for line in lines}) for name in ("threads", "machine"))
    parts = []
    for mode, results in by_mode.items():
        if results.lines:
            parts += [*_mode(results, mode), *_missing(results, mode)]
        else:
            parts += [f"## {TITLES[mode]}", "Not run yet."]
    fill = {"RESULTS": "\n\n".join(parts), "DATA": _data(facts), "MACHINE": "; ".join(machines),
            "THREADS": " or ".join(threads), "REFERENCES": _references(by_mode["default"]),
            "SPEED": _printed(speed, "step", "train", "predict"), "SIZE": _printed(speed, "size")}
    for name, text in fill.items():
        template = template.replace("{" + name + "}", text)
    return template
