"""Gives predictions back in the library that the inputs came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._inputs import library_of
from ._table import Table


def typed_labels(labels: np.ndarray, classes: list[str]) -> np.ndarray:
    """Returns classes as they were in the data: numbers, booleans, or words. A missing one keeps all as words."""
    if labels.dtype != object or any(label is None for label in labels):
        return labels
    if classes and set(classes) <= {"true", "false"}:
        return labels == "true"
    for number in (int, float):
        try:
            values = {name: number(name) for name in classes}
        except ValueError:
            continue
        if classes and all(_spelt(value) == name for name, value in values.items()):
            return np.array([values[label] for label in labels])
    return labels


def _spelt(value: float) -> str:
    return str(value).removesuffix(".0")


def column_like(data: Any, values: np.ndarray, name: str) -> Any:
    """Returns one column for the rows of `data`."""
    library = library_of(data)
    if library == "pandas":
        import pandas

        return pandas.Series(values, index=data.index, name=name)
    if library == "polars":
        import polars

        return polars.Series(name, values.tolist() if values.dtype == object else values)
    if library == "pyarrow":
        import pyarrow

        return pyarrow.array(values.tolist() if values.dtype == object else values, from_pandas=True)
    return values


def columns_like(data: Any, columns: dict[str, np.ndarray]) -> Any:
    """Returns several columns for the rows of `data`: a data frame, or an array (N, columns)."""
    library = library_of(data)
    if library == "pandas":
        import pandas

        return pandas.DataFrame(columns, index=data.index)
    if library == "polars":
        import polars

        return polars.DataFrame({name: column_like(data, values, name) for name, values in columns.items()})
    if library == "pyarrow":
        import pyarrow

        return pyarrow.table({name: column_like(data, values, name) for name, values in columns.items()})
    return np.stack(list(columns.values()), axis=1)


def table_like(data: Any, table: Table) -> Any:
    """Returns a table in the library of `data`; a Table for NumPy and paths."""
    if library_of(data) == "numpy":
        return table
    return columns_like(data, table.to_dict())
