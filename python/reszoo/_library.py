"""The library as a whole: its version, its networks, its threads."""

from __future__ import annotations

from . import _reszoo

__version__: str = _reszoo.version


def list_models(pattern: str = "*") -> list[str]:
    """Returns the names of the registered networks; ``*`` and ``?`` are wildcards: ``resnet*``."""
    return _reszoo.list_models(pattern)


def set_num_threads(threads: int = 0) -> None:
    """Sets PyTorch's number of threads; 0: all processors that this process, or its container, may use."""
    _reszoo.set_num_threads(threads)


def retain_freed_memory() -> None:
    """Lets the process keep freed memory for the next allocation: programs that train a lot are faster by a quarter.
    The tools do this by themselves.
    """
    _reszoo.retain_freed_memory()
