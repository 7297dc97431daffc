"""Splits of the tables: written once as CSV files, read by every method.

- random: rows i with i % 5 == 0 are the test, the same for all seeds. Of the others a fifth, drawn by the seed (by
  class for classes), validates. So 64, 16 and 20 per cent, as in rtdl's papers.
- grouped: a fifth of the groups is the test, the same for all seeds; a fifth of the others, drawn by the seed,
  validates.
- temporal: the latest fifth of the rows is the test, the latest fifth of the others validates; no time is in two parts.
  The parts are the same for all seeds.
"""
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from .tables import TABLES


@dataclass
class Split:
    """Holds features of the three parts as frames, whose text columns are pandas categories of the training rows.

    A target is float for a regression, else an index into `classes`.
    """

    folder: Path
    name: str
    task: str
    target: str
    classes: list
    x: dict
    y: dict
    kind: str = "random"
    by: str | None = None  # the column of groups, which is not in x, or of times, which is

    @property
    def categories(self):
        return [c for c in self.x["train"] if isinstance(self.x["train"][c].dtype, pd.CategoricalDtype)]

    @property
    def numbers(self):
        return [c for c in self.x["train"] if c not in self.categories]


def _random(table, frame, seed):
    test = np.arange(len(frame)) % 5 == 0
    strata = None if table.task == "regression" else frame.loc[~test, table.target]
    train, val = train_test_split(frame[~test], test_size=0.2, random_state=seed, stratify=strata)
    return {"train": train, "val": val, "test": frame[test]}


def _grouped(table, frame, seed):
    def fifth(rows, seed):
        return next(GroupShuffleSplit(1, test_size=0.2, random_state=seed).split(rows, groups=rows[table.by]))
    others, test = (frame.iloc[rows] for rows in fifth(frame, 0))
    train, val = (others.iloc[rows] for rows in fifth(others, seed))
    return {"train": train, "val": val, "test": test}


def _temporal(table, frame, seed):
    def latest(rows):
        return rows[table.by] > np.quantile(rows[table.by], 0.8, method="lower")
    others = frame[~latest(frame)]
    return {"train": others[~latest(others)], "val": others[latest(others)], "test": frame[latest(frame)]}


def write_split(cache, name, seed):
    """Writes train.csv, val.csv, test.csv and table.json of one table and seed, and returns their folder."""
    folder = Path(cache) / name / str(seed)
    if (folder / "table.json").exists():
        return folder
    table = TABLES[name]()
    frame = table.frame.dropna(subset=[table.target]).reset_index(drop=True)
    parts = {"random": _random, "grouped": _grouped, "temporal": _temporal}[table.split](table, frame, seed)
    folder.mkdir(parents=True, exist_ok=True)
    for part, rows in parts.items():
        rows.to_csv(folder / f"{part}.csv", index=False)
    text = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    columns = [c for c in frame if c != table.target and (table.split != "grouped" or c != table.by)]
    facts = {"name": name, "task": table.task, "target": table.target, "text": text, "source": table.source,
             "licence": table.licence, "left_out": table.left_out, "rows": len(frame), "columns": len(columns),
             "missing": int(frame.isna().to_numpy().sum()), "split": table.split, "by": table.by,
             "parts": {part: len(rows) for part, rows in parts.items()},
             "categories": len(set(text) & set(columns))}
    (folder / "table.json").write_text(json.dumps(facts, indent=1))
    return folder


def read_split(cache, name, seed):
    """Reads what `write_split` wrote; a category that the training rows lack becomes missing."""
    folder = write_split(cache, name, seed)
    return read_parts(folder, json.loads((folder / "table.json").read_text()))


def read_parts(folder, facts):
    """Reads train.csv, val.csv and test.csv; facts are name, task, target, the columns of text, and how
    it was split, if not at random."""
    target = facts["target"]
    parts = {part: pd.read_csv(folder / f"{part}.csv", dtype={c: str for c in facts["text"]}, keep_default_na=False,
                               na_values=[""]) for part in ("train", "val", "test")}
    classes = [] if facts["task"] == "regression" else sorted(parts["train"][target].unique())
    kind, by = facts.get("split", "random"), facts.get("by")
    y = {part: rows.pop(target) for part, rows in parts.items()}
    if kind == "grouped":
        parts = {part: rows.drop(columns=by) for part, rows in parts.items()}
    if classes:
        y = {part: values.map({c: i for i, c in enumerate(classes)}).to_numpy(np.int64) for part, values in y.items()}
    else:
        y = {part: values.to_numpy(np.float64) for part, values in y.items()}
    for column in parts["train"]:
        if column in facts["text"]:
            levels = sorted(parts["train"][column].dropna().unique())
            for rows in parts.values():
                rows[column] = pd.Categorical(rows[column].where(rows[column].isin(levels)), categories=levels)
        else:
            for rows in parts.values():
                rows[column] = rows[column].astype(np.float64)
    return Split(Path(folder), facts["name"], facts["task"], target, classes, parts, y, kind, by)
