"""Splits of the tables: written once as CSV files, read by every method.

Rows i with i % 5 == 0 are the test, the same for all seeds. Of the others a fifth, drawn by the seed (by class for
classes), validates. So 64, 16 and 20 per cent, as in rtdl's papers.
"""
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

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

    @property
    def categories(self):
        return [c for c in self.x["train"] if isinstance(self.x["train"][c].dtype, pd.CategoricalDtype)]

    @property
    def numbers(self):
        return [c for c in self.x["train"] if c not in self.categories]


def write_split(cache, name, seed):
    """Writes train.csv, val.csv, test.csv and table.json of one table and seed, and returns their folder."""
    folder = Path(cache) / name / str(seed)
    if (folder / "table.json").exists():
        return folder
    table = TABLES[name]()
    frame = table.frame.dropna(subset=[table.target]).reset_index(drop=True)
    test = np.arange(len(frame)) % 5 == 0
    strata = None if table.task == "regression" else frame.loc[~test, table.target]
    train, val = train_test_split(frame[~test], test_size=0.2, random_state=seed, stratify=strata)
    folder.mkdir(parents=True, exist_ok=True)
    for part, rows in (("train", train), ("val", val), ("test", frame[test])):
        rows.to_csv(folder / f"{part}.csv", index=False)
    text = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    facts = {"name": name, "task": table.task, "target": table.target, "text": text, "source": table.source,
             "licence": table.licence, "left_out": table.left_out, "rows": len(frame), "columns": frame.shape[1] - 1,
             "missing": int(frame.isna().to_numpy().sum()),
             "categories": len([c for c in text if c != table.target])}
    (folder / "table.json").write_text(json.dumps(facts, indent=1))
    return folder


def read_split(cache, name, seed):
    """Reads what `write_split` wrote; a category that the training rows lack becomes missing."""
    folder = write_split(cache, name, seed)
    return read_parts(folder, json.loads((folder / "table.json").read_text()))


def read_parts(folder, facts):
    """Reads train.csv, val.csv and test.csv; facts are name, task, target and the columns of text."""
    target = facts["target"]
    parts = {part: pd.read_csv(folder / f"{part}.csv", dtype={c: str for c in facts["text"]}, keep_default_na=False,
                               na_values=[""]) for part in ("train", "val", "test")}
    classes = [] if facts["task"] == "regression" else sorted(parts["train"][target].unique())
    y = {part: rows.pop(target) for part, rows in parts.items()}
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
    return Split(Path(folder), facts["name"], facts["task"], target, classes, parts, y)
