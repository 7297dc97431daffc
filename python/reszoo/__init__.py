"""Residual networks for tables and images: train, predict, explain; PyTorch networks with published weights.

    import reszoo
    model = reszoo.train("diamonds.csv", "price")
    model.predict(new_rows)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _reszoo
from ._errors import DataWarning, DeviceError, Error, FileError, InputError, TrainingStopped, UsageError
from ._model import Explanation, Model, load, load_pretrained
from ._reszoo import Progress
from ._table import Table, read_table
from ._train import train

if TYPE_CHECKING:
    from ._network import FusedNetwork, Network, create_model
    from .sklearn import ReszooClassifier, ReszooRegressor

__version__: str = _reszoo.version

__all__ = [
    "DataWarning",
    "DeviceError",
    "Error",
    "Explanation",
    "FileError",
    "FusedNetwork",
    "InputError",
    "Model",
    "Network",
    "Progress",
    "ReszooClassifier",
    "ReszooRegressor",
    "Table",
    "TrainingStopped",
    "UsageError",
    "create_model",
    "list_models",
    "load",
    "load_pretrained",
    "read_table",
    "retain_freed_memory",
    "set_num_threads",
    "train",
]

# PyTorch takes more than a second to import, scikit-learn almost as long: only those who use them wait.
_LATER = {
    "FusedNetwork": "_network",
    "Network": "_network",
    "create_model": "_network",
    "ReszooClassifier": "sklearn",
    "ReszooRegressor": "sklearn",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'reszoo' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f".{_LATER[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def list_models(pattern: str = "*") -> list[str]:
    """Returns the names of the registered networks; ``*`` and ``?`` are wildcards: ``resnet*``."""
    return _reszoo.list_models(pattern)


def set_num_threads(threads: int = 0) -> None:
    """Sets PyTorch's number of threads; 0: all processors that this process may use, in a container those of its limit."""
    _reszoo.set_num_threads(threads)


def retain_freed_memory() -> None:
    """Lets the process keep freed memory for the next allocation: programs that train a lot are faster by a quarter.
    The tools do this by themselves.
    """
    _reszoo.retain_freed_memory()
