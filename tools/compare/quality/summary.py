"""The page docs/tabular.md out of the file of results: nothing on it is typed by hand."""
from pathlib import Path

import numpy as np

from .results import METHODS, OURS, SPLITS, TREES, over_tables, paired, read_classes, read_facts
from .runs import PEERS, REFERENCES

TITLES = {"default": "With defaults", "tuned": "Tuned by trials", "limit": "Tuned within {} seconds"}
NAMES = {"default": "defaults", "tuned": "tuning by trials", "limit": "a limit of {} seconds"}


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
    for split, kinds in SPLITS.items():
        for title, methods in groups.items():
            ranks = results.ranks(methods, kinds)
            if not len(ranks):
                notes.append(f"{title} ({split})")
                continue
            means = dict(zip(methods, ranks.mean(axis=0)))
            rows.append([split, title, str(len(ranks)),
                         *(f"{means[method]:.2f}" if method in means else "" for method in METHODS)])
    text = _table(["splits", "among", "tables", *METHODS], rows)
    return text + (f"\n\nNot ranked, since no table has been run by all of them: {', '.join(notes)}." if notes else "")


def _over_tables(results):
    rows = []
    for split, kinds in SPLITS.items():
        for peer in ("catboost", "tabm"):
            count, better, mean, low, high = over_tables(results, peer, kinds)
            if count:
                interval = "" if np.isnan(low) else f"[{low:+.2f} %, {high:+.2f} %]"
                rows.append([split, peer, str(count), str(better), f"{mean:+.2f} %", interval])
    header = ["splits", "peer", "tables", "reszoo better on", "relative difference", "95 % interval"]
    return _table(header, rows) if rows else "Not run yet."


def _times(results):
    rows = [[table, *(_median(results.values(table, method, "processor_seconds")) for method in METHODS)]
            for table in results.tables()]
    return _table(["processor seconds, median", *METHODS], rows)


def _median(values):
    return f"{np.median(list(values.values())):.1f}" if values else ""


def _class(results, mode, limit):
    tables = results.tables()
    kinds = {"rmse": [t for t in tables if results.facts[t]["task"] == "regression"],
             "log_loss": [t for t in tables if results.facts[t]["task"] != "regression"],
             "accuracy": [t for t in tables if results.facts[t]["task"] != "regression"],
             "roc_auc": [t for t in tables if results.facts[t]["task"] == "binary"]}
    names = {"rmse": "RMSE, less is better", "log_loss": "Log loss, less is better",
             "accuracy": "Accuracy, more is better", "roc_auc": "Area under the ROC curve, more is better"}
    parts = [f"## {TITLES[mode].format(limit)}"]
    if not results.lines:
        return [*parts, "Not run yet."]
    if mode == "tuned":
        trials = sorted({line["trials"] for line in results.lines})
        parts.append(f"Each method had {' or '.join(map(str, trials))} trials, chosen on validation.")
    parts += ["### Ranks", _ranks(results), "### reszoo and a peer over tables", _over_tables(results),
              "### reszoo and the best peer of each table", _differences(results)]
    for name, title in names.items():
        if kinds[name]:
            parts += [f"### {title}", _scores(results, name, kinds[name])]
    return [*parts, "### Training time", _times(results), *_missing(results, NAMES[mode].format(limit))]


def _missing(results, name):
    pairs = len(results.facts) * len(METHODS)
    lacking = sum(len(results.values(table, method, "seconds")) < 5 for table in results.facts for method in METHODS)
    return [f"Not run yet with {name}: {lacking} of {pairs} pairs of table and method lack seeds; a cell with fewer "
            "than five says how many it has, an empty one has none."] if lacking else []


def _data(facts):
    rows = [[name, f["task"], _split(f), f"{f['rows']:,}", " ".join(map(str, f["parts"].values())), str(f["columns"]),
             str(f["categories"]), f"{f['missing']:,}", f["target"], f["source"], f["licence"], f["left_out"]]
            for name, f in facts.items()]
    header = ["table", "task", "split", "rows", "of the parts", "columns", "text columns", "missing values", "target",
              "from", "licence", "left out, and why"]
    return _table(header, rows)


def _split(facts):
    return facts["split"] + (f" by {facts['by']}" if facts["by"] else "")


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
    classes = read_classes(path, facts)
    lines = [line for results in classes.values() for line in results.lines]
    threads, machines = (sorted({str(line[name]) for line in lines}) for name in ("threads", "machine"))
    parts = [part for (mode, limit), results in classes.items() for part in _class(results, mode, limit)]
    counts = {kind: sum(f["split"] == kind for f in facts.values()) for kind in ("random", "grouped", "temporal")}
    fill = {"RESULTS": "\n\n".join(parts), "DATA": _data(facts), "MACHINE": "; ".join(machines),
            "THREADS": " or ".join(threads), "REFERENCES": _references(classes["default", None]),
            "SPEED": _printed(speed, "step", "train", "predict"), "SIZE": _printed(speed, "size"),
            "TABLES": str(len(facts)), **{kind.upper(): str(count) for kind, count in counts.items()}}
    for name, text in fill.items():
        template = template.replace("{" + name + "}", text)
    return template
