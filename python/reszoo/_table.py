"""Tables of the library, for other libraries of tables and for NumPy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _reszoo
from ._errors import UsageError
from ._inputs import paths_of, table_of


class Table:
    """A table in memory: named columns of numbers, dates or text.

    It is made of a data frame of pandas or polars, a table of pyarrow, an array of two dimensions, a dictionary of
    columns or a list of rows. Libraries that know Arrow's PyCapsule interface read it without this package's help:
    ``polars.DataFrame(table)``, ``pyarrow.table(table)``.
    """

    _raw: _reszoo.Table

    def __init__(self, data: Any) -> None:
        self._raw = data._raw if isinstance(data, Table) else table_of(data)

    @property
    def columns(self) -> list[str]:
        return self._raw.names()

    def __len__(self) -> int:
        return self._raw.rows()

    def __getitem__(self, name: str) -> np.ndarray:
        """Returns a column: float64, datetime64, or str objects with None where a value is missing."""
        return column_of(self._raw, name)

    def __repr__(self) -> str:
        return f"Table of {len(self)} rows: {', '.join(self.columns)}"

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._raw.to_stream(requested_schema)

    def to_pandas(self) -> Any:
        """Returns a pandas.DataFrame."""
        import pandas

        return pandas.DataFrame({name: self[name] for name in self.columns})

    def to_polars(self) -> Any:
        """Returns a polars.DataFrame."""
        import polars

        return polars.DataFrame({name: polars.Series(name, _listed(self[name])) for name in self.columns})

    def to_arrow(self) -> Any:
        """Returns a pyarrow.Table."""
        import pyarrow

        return pyarrow.table({name: pyarrow.array(_listed(self[name]), from_pandas=True) for name in self.columns})

    def to_dict(self) -> dict[str, np.ndarray]:
        return {name: self[name] for name in self.columns}

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes .csv or .parquet. Numbers keep their exact values."""
        self._raw.write(os.fspath(path))


def read_table(path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], *, text: Sequence[str] = ()) -> Table:
    """Reads CSV, TSV, Parquet, Arrow IPC or JSON Lines, compressed or not; several files with the same columns become
    one table. The columns ``text`` stay as they are spelt, even if they look like numbers or dates.
    """
    paths = paths_of(path)
    if paths is None:
        raise UsageError(f"table: a path or a list of paths is expected, got {type(path).__name__}")
    return wrapped(_reszoo.Table.read(paths, list(text)))


def wrapped(raw: _reszoo.Table) -> Table:
    table = Table.__new__(Table)
    table._raw = raw
    return table


def column_of(raw: _reszoo.Table, name: str) -> np.ndarray:
    kind = raw.kind(name)
    if kind == "text":
        words = np.array([*raw.words(name), None], dtype=object)
        return words[raw.codes(name)]  # -1, a missing value, is the last one
    numbers = raw.numbers(name)
    if kind == "number":
        return numbers
    missing = np.isnan(numbers)
    unit, scale = ("D", 1.0) if kind == "day" else ("us", 86400e6)
    values = np.where(missing, 0, np.round(numbers * scale)).astype(np.int64).astype(f"datetime64[{unit}]")
    values[missing] = np.datetime64("NaT")
    return values


def _listed(values: np.ndarray) -> Any:
    return values.tolist() if values.dtype == object else values
