"""All tables of the comparison by name, from small to large within a group."""
from pathlib import Path

import pandas as pd

from . import tables_first, tables_ordered, tables_random
from .table import Table

TABLES = {table.__name__: table
          for module in (tables_first, tables_random, tables_ordered) for table in module.TABLES}


def add_csv(words):
    """Adds a table of one's own, PATH:TARGET or PATH:TARGET:TASK, and returns its name, the file's.

    Without a task, text is classes and numbers are a regression.
    """
    path, target, *task = words.split(":")
    name = Path(path).name.split(".")[0]
    frame = pd.read_csv(path)
    if not task:
        classes = 0 if pd.api.types.is_numeric_dtype(frame[target]) else frame[target].nunique()
        task = ["regression" if classes == 0 else "binary" if classes == 2 else "multiclass"]
    if task[0] != "regression":
        frame[target] = frame[target].astype(str).where(frame[target].notna())
    TABLES[name] = lambda: Table(frame, target, task[0], Path(path).name, "not said")
    return name
