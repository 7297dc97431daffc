"""The progress of a training on a terminal or in a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from . import _reszoo

Tell = Callable[[_reszoo.Progress], Any]


def teller(progress: bool | Tell | None) -> tuple[Tell | None, Callable[[], None]]:
    """Returns the function that is told the progress, and one that ends it. None shows it only where people look."""
    if callable(progress):
        return progress, lambda: None
    if progress is False or (progress is None and not _is_watched()):
        return None, lambda: None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _print_epoch, lambda: None
    bar = _Bar(tqdm)
    return bar.tell, bar.close


def _is_watched() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() or "ipykernel" in sys.modules


def _text_of(progress: _reszoo.Progress) -> str:
    metrics = "".join(f"  {name} {value:.4g}" for name, value in progress.metrics.items())
    return f"loss {progress.loss:.4f}{metrics}"


def _print_epoch(progress: _reszoo.Progress) -> None:
    if progress.metrics or progress.step == progress.steps:
        print(f"epoch {progress.epoch}/{progress.epochs}  {_text_of(progress)}", file=sys.stderr)


class _Bar:
    """A bar of tqdm over the steps of all epochs. A run that stops early ends before it is full."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._bar: Any = None

    def tell(self, progress: _reszoo.Progress) -> None:
        total = progress.epochs * progress.steps
        if self._bar is None:
            self._bar = self._tqdm(total=total, unit="step", desc="training")
        self._bar.total = total
        self._bar.set_postfix_str(f"epoch {progress.epoch}/{progress.epochs}  {_text_of(progress)}", refresh=False)
        self._bar.update((progress.epoch - 1) * progress.steps + progress.step - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
