"""Residual networks for tables and images: train, predict, explain; PyTorch networks with published weights.

import reszoo
model = reszoo.train("diamonds.csv", "price")
model.predict(new_rows)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import DataWarning, DeviceError, Error, FileError, InputError, TrainingStopped, UsageError

if TYPE_CHECKING:
    from ._library import __version__, list_models, retain_freed_memory, set_num_threads
    from ._model import Explanation, Model, load, load_pretrained
    from ._network import FusedNetwork, Network, create_model
    from ._reszoo import Progress
    from ._table import Table, read_table
    from ._train import train
    from .sklearn import ReszooClassifier, ReszooRegressor

# What is imported when it is first used. LibTorch takes half a second, PyTorch's Python part more than one and
# scikit-learn almost as long: only those who use them wait, and the command `reszoo` waits for none.
_LATER = {
    "_library": ["__version__", "list_models", "retain_freed_memory", "set_num_threads"],
    "_model": ["Explanation", "Model", "load", "load_pretrained"],
    "_network": ["FusedNetwork", "Network", "create_model"],
    "_reszoo": ["Progress"],
    "_table": ["Table", "read_table"],
    "_train": ["train"],
    "sklearn": ["ReszooClassifier", "ReszooRegressor"],
}

__all__ = [
    "__version__",
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


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for module, names in _LATER.items():
        if name in names:
            value = getattr(import_module(f".{module}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'reszoo' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
