"""Training, from a table or images to a model."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _reszoo
from ._errors import DataWarning, UsageError
from ._inputs import is_path, paths_of, table_of, with_column
from ._model import Model, Path, _unwrapped
from ._progress import Tell, teller

Part = Any  # a fraction, a path, or a table


def train(
    data: Any,
    target: Any = None,
    *,
    recipe: str | None = None,
    task: str | None = None,
    validation: Part = None,
    test: Part = None,
    network: str | None = None,
    options: Mapping[str, Any] | None = None,
    epochs: int | None = None,
    time_limit: float | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    weight_decay: float | None = None,
    optimizer: str | None = None,
    schedule: str | None = None,
    loss: str | None = None,
    patience: int | None = None,
    ema_decay: float | None = None,
    label_smoothing: float | None = None,
    bins: int | None = None,
    precision: str | None = None,
    ensemble: int = 1,
    metric: str | None = None,
    threshold: str | None = None,
    calibrate: bool = True,
    classes: Sequence[Any] | None = None,
    quantiles: Sequence[float] | None = None,
    numeric: Sequence[str] = (),
    categorical: Sequence[str] = (),
    ignore: Sequence[str] = (),
    scaling: str | None = None,
    weight: Any = None,
    balance: str | None = None,
    stratify: str | None = None,
    group: str | None = None,
    time: str | None = None,
    drop_missing: bool = False,
    background: int = 100,
    seed: int = 0,
    device: str = "auto",
    folder: Path | None = None,
    resume: bool = False,
    report: Path | None = None,
    progress: bool | Tell | None = None,
) -> Model:
    """Trains a model on a table or on images.

    The kinds of columns, the task and the epochs follow from the data. The result is the same for the same data, seed
    and number of threads. Ctrl-C stops within a step, with KeyboardInterrupt.

    Args:
        data: a table as :class:`Model` takes it, or paths: of a table, or of images in folders, archives or tables.
        target: the column to predict, or several; or the values themselves, one for each row.
        recipe: tables: ``auto``, ``fast``, ``best`` (600 s, or ``time_limit``) or ``paper``; images: ``image``,
            ``cifar``, ``torchvision-v1``, ``timm-a3`` or ``finetune``. Default: ``auto``, or by the images' size.
        task: ``regression``, ``quantile``, ``count``, ``binary``, ``multiclass``, ``ordinal`` or ``multilabel``.
        validation: the fraction of the rows that choose the best epoch (0.1), a path, or a table of such rows.
        test: the same for rows that are only measured in the end (none).
        network: a registered model, see :func:`list_models`; ``options`` are its options.
        epochs: the largest number of epochs. ``time_limit``: seconds for the training.
        optimizer: ``adamw``, ``sgd``, ``adam``, ``rmsprop``, ``lamb``, ``lion`` or ``muon``.
        schedule: such as ``cosine:0.05``. ``loss``: such as ``huber`` or ``focal:gamma=2``.
        ensemble: the number of networks that are trained and averaged.
        metric: the validation metric that selects the best epoch.
        threshold: the metric by which the decision threshold is chosen: ``f1``, ``balanced_accuracy``, ``accuracy``.
        classes: the order of the classes. ``quantiles``: for the task quantile.
        numeric, categorical, ignore: columns to treat so.
        weight: the column with the weight of each row, or the weights.
        balance: ``weights`` or ``draws``, to train on rare classes as much as on frequent ones.
        stratify, group, time: the column by which rows are split.
        folder: where to keep the model, the log and the checkpoint; ``resume`` continues there.
        report: the path of an HTML page about the data, the training and the predictions.
        progress: True shows a bar (with tqdm) or a line an epoch, None only on a terminal or in a notebook; a function
            is called with a :class:`Progress` and stops the training by returning True.

    Returns the model; ``model.metrics`` and ``model.history`` say how it went. Columns that are left out are a
    DataWarning.
    """
    choices = {
        "recipe": recipe,
        "task": task,
        "network": network,
        "options": None if options is None else json.dumps(dict(options)),
        "epochs": epochs,
        "time_limit": time_limit,
        "batch_size": batch_size,
        "lr": lr,
        "weight_decay": weight_decay,
        "optimizer": optimizer,
        "schedule": schedule,
        "loss": loss,
        "patience": patience,
        "ema_decay": ema_decay,
        "label_smoothing": label_smoothing,
        "bins": bins,
        "precision": precision,
        "ensemble": ensemble,
        "metric": metric,
        "threshold": threshold,
        "calibrate": calibrate,
        "classes": None if classes is None else [_word(name) for name in classes],
        "quantiles": None if quantiles is None else [float(value) for value in quantiles],
        "numeric": list(numeric),
        "categorical": list(categorical),
        "ignore": list(ignore),
        "scaling": scaling,
        "balance": balance,
        "stratify": stratify,
        "group": group,
        "time": time,
        "drop_missing": drop_missing,
        "background": background,
        "seed": seed,
        "device": device,
        "folder": None if folder is None else os.fspath(folder),
        "resume": resume,
        "report": None if report is None else os.fspath(report),
    }
    tell, close = teller(progress)
    try:
        paths = paths_of(data)
        run = _train_table if paths is None else _train_files
        trained = run(data if paths is None else paths, target, weight, validation, test, choices, tell)
    finally:
        close()
    results = json.loads(trained.results())
    model = Model._of(trained.model(), training=results)
    # Of images the first line says what was read, without anything unusual.
    for note in results["notes"][1 if model.reads == "images" else 0 :]:
        warnings.warn(note, DataWarning, stacklevel=2)
    return model


def _word(name: Any) -> str:
    """Returns the name of a class as the library has it."""
    if isinstance(name, (bool, np.bool_)):
        return "true" if name else "false"
    return str(name).removesuffix(".0") if isinstance(name, (float, np.floating)) else str(name)


def _train_files(
    paths: list[str], target: Any, weight: Any, validation: Part, test: Part, choices: dict[str, Any], tell: Tell | None
) -> _reszoo.Trained:
    choices["target"] = _names_of(target, "target")
    choices["weight"] = None if weight is None else _names_of(weight, "weight")[0]
    for name, part in (("validation", validation), ("test", test)):
        if is_path(part):
            choices[f"{name}_path"] = os.fspath(part)
        elif part is not None and not isinstance(part, (int, float)):
            raise UsageError(f"{name}: for files, a fraction or a path is expected, got {type(part).__name__}")
        else:
            choices[name] = part
    return _reszoo.train_files(paths, choices, tell)


def _names_of(names: Any, option: str) -> list[str]:
    if names is None:
        return []
    if isinstance(names, str):
        return [names]
    if isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names):
        return list(names)
    raise UsageError(f"{option}: for files, the name of a column is expected, got {type(names).__name__}")


def _train_table(
    data: Any, target: Any, weight: Any, validation: Part, test: Part, choices: dict[str, Any], tell: Tell | None
) -> _reszoo.Trained:
    rows = table_of(_unwrapped(data))
    rows, choices["target"] = _with_columns(rows, target, "target")
    rows, weights = _with_columns(rows, weight, "weight")
    choices["weight"] = weights[0] if weights else None
    tables: dict[str, _reszoo.Table | None] = {"validation": None, "test": None}
    for name, part in (("validation", validation), ("test", test)):
        if part is None or isinstance(part, (int, float)):
            choices[name] = part
        elif is_path(part):
            choices[f"{name}_path"] = os.fspath(part)
        else:
            tables[name] = table_of(_unwrapped(part))
    return _reszoo.train_table(rows, tables["validation"], tables["test"], choices, tell)


def _with_columns(rows: _reszoo.Table, given: Any, what: str) -> tuple[_reszoo.Table, list[str]]:
    """Returns the table with the target or the weights as columns, and their names. Names are those of columns that
    are there; values become a column called ``target``, ``weight``, or as a pandas or polars series is called.
    """
    if given is None:
        return rows, []
    if isinstance(given, str):
        return rows, [given]
    names = rows.names()
    while what in names:
        what += "_"
    if isinstance(given, (list, tuple)) and given and all(isinstance(name, str) for name in given):
        if len(given) != rows.rows() or all(name in names for name in given):
            return rows, list(given)
    if isinstance(given, np.ndarray) and given.ndim == 2 and given.shape[1] > 1:
        added = [f"{what}_{index}" for index in range(given.shape[1])]
        for index, name in enumerate(added):
            rows = with_column(rows, name, given[:, index])
        return rows, added
    if hasattr(given, "columns"):
        added = [str(name) for name in given.columns]
        return rows.beside(table_of(given)), added
    values = given.ravel() if isinstance(given, np.ndarray) else given
    own = getattr(given, "name", None)
    name = own if isinstance(own, str) and own and own not in names else what
    return with_column(rows, name, values), [name]
