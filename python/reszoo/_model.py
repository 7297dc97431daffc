"""Models: open, predict, explain, measure, store."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _reszoo
from ._errors import DataWarning, UsageError
from ._inputs import paths_of, pictures_of, table_of
from ._outputs import column_like, columns_like, table_like, typed_labels
from ._published import hub
from ._table import Table, column_of, wrapped

if TYPE_CHECKING:
    from ._network import Network

Path = str | os.PathLike[str]


@dataclass(frozen=True)
class Explanation:
    """What each column contributes to the predictions of some rows: Shapley values.

    ``base_values + values.sum(axis=1)`` are the predictions: values in the target's unit, or the probabilities of the
    class in ``explained``.
    """

    columns: list[str]
    values: np.ndarray  #: (N, columns) float64
    base_values: np.ndarray  #: (N) float64: the mean prediction of the background rows
    explained: np.ndarray | None  #: (N): the class, label or target that is explained, if there are several

    @staticmethod
    def _of(table: Table) -> Explanation:
        prefix = "contribution_"
        names = [name for name in table.columns if name.startswith(prefix)]
        return Explanation(
            [name.removeprefix(prefix) for name in names],
            np.stack([table[name] for name in names], axis=1),
            table["base_value"],
            table["explained"] if "explained" in table.columns else None,
        )


@dataclass(frozen=True)
class _Fusing:
    fuse: bool = True
    autotune: bool = False
    precision: str = "automatic"


class Model:
    """A trained model with everything that is needed to use it. :func:`load` and :func:`train` return it.

    What ``predict`` and the others take, for a model of tables: a data frame of pandas or polars, a table of pyarrow
    (or any other object with Arrow's PyCapsule interface), a dictionary of columns or of one row's values, a list of
    such rows, an array (N, columns) for columns ``f0``, ``f1``, …, or the path of a file; several paths are answered
    one after the other. For a model of images: paths of images, folders, archives or tables of paths; encoded bytes,
    PIL images, arrays (H, W, C), or a list of these.

    Answers come in the library of the input: a pandas.Series with the same index, a polars.Series, a pyarrow.Array,
    else a NumPy array. Classes that are numbers or booleans are given as such. All methods may be called from several
    threads; Python's lock is released while the library works.
    """

    def __init__(self) -> None:
        raise TypeError("a Model is made by reszoo.load or reszoo.train")

    _raw: _reszoo.Model
    _fusing: _Fusing
    _training: dict[str, Any]

    @classmethod
    def _of(cls, raw: _reszoo.Model, fusing: _Fusing | None = None, training: dict[str, Any] | None = None) -> Model:
        model = cls.__new__(cls)
        model._raw = raw
        model._fusing = fusing or _Fusing()
        model._training = training or {}
        return model

    # --- What it is

    @property
    def card(self) -> dict[str, Any]:
        """The network, what it reads and predicts, and how the columns or images are prepared."""
        return json.loads(self._raw.card())

    @property
    def reads(self) -> str:
        """``table``, ``images`` or ``tensor``."""
        return self.card["reads"]

    @property
    def task(self) -> str | None:
        """``regression``, ``binary``, ``multiclass``, …; None for weights without a target."""
        return self.card.get("task")

    @property
    def classes(self) -> list[str]:
        """The names of the classes in their order; empty for numbers."""
        return self.card.get("classes", [])

    @property
    def target(self) -> list[str]:
        """The columns that are predicted."""
        return self._raw.targets()

    @property
    def columns(self) -> list[str]:
        """The columns that a model of tables reads."""
        return [column["name"] for column in self.card.get("columns", [])]

    @property
    def precision(self) -> str | None:
        """The precision that the fused network computes in; None if it is not fused."""
        return self._raw.precision() or None

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """The metrics of a training by part: ``validation``, ``test``. Empty for a model from a file."""
        return self._training.get("metrics", {})

    @property
    def history(self) -> list[list[dict[str, Any]]]:
        """The epochs of each network of a training. Empty for a model from a file."""
        return self._training.get("history", [])

    @property
    def training(self) -> dict[str, Any]:
        """All that is known of the training: ``metrics``, ``history``, ``metric``, ``seconds``, ``notes``, …"""
        return self._training

    def __repr__(self) -> str:
        card = self.card
        what = f" {card['task']} of {card['target']}" if "task" in card else ""
        return f"<reszoo.Model {card.get('network', '')}:{what} from {card['reads']}>"

    # --- What it answers

    def predict(self, data: Any, *, on_bad: str = "stop") -> Any:
        """Returns the prediction of each row or image.

        With several targets, or quantiles without a median, the columns are those of a data frame or of an array
        (N, columns). ``on_bad="skip"`` leaves damaged images out.
        """
        answers = self._answers(data, on_bad=on_bad)
        table = self._raw.table(answers, False)
        columns = {name: self._labels(table, name) for name in _prediction_names(table.names())}
        if len(columns) == 1:
            return column_like(data, next(iter(columns.values())), self._target_name())
        return columns_like(data, {name.removeprefix("prediction_"): values for name, values in columns.items()})

    def predict_proba(self, data: Any, *, on_bad: str = "stop") -> Any:
        """Returns the probability of each class: (N, classes), float64, in the order of ``classes``; with several
        labels the probability of each. Throws UsageError for a model of numbers.
        """
        answers = self._answers(data, on_bad=on_bad)
        each = self._raw.probabilities(answers)
        names = self._raw.classes(answers) or self.target
        return columns_like(data, {name: each[:, index] for index, name in enumerate(names)})

    def predict_table(self, data: Any, *, probabilities: bool = False, on_bad: str = "stop") -> Any:
        """Returns what the tool ``reszoo predict`` writes: a table with the column ``prediction``, for images ``input``
        with their paths, and with ``probabilities`` one column for each class.
        """
        answers = self._answers(data, on_bad=on_bad)
        return table_like(data, wrapped(self._raw.table(answers, probabilities)))

    def features(self, data: Any, *, on_bad: str = "stop") -> np.ndarray:
        """Returns the input of the network's head: (N, C), float32."""
        return self._answers(data, on_bad=on_bad, features=True).outputs()

    def outputs(self, data: Any, *, on_bad: str = "stop") -> np.ndarray:
        """Returns the network's outputs, before they are predictions: (N, …), float32."""
        return self._answers(data, on_bad=on_bad).outputs()

    def run(self, inputs: Any) -> np.ndarray:
        """Returns the outputs for inputs that are prepared already: (N, C, H, W) or (N, columns), float32."""
        return self._raw.run_input(np.ascontiguousarray(inputs, dtype=np.float32), False).outputs()

    def explain(
        self, data: Any, *, output: str = "", rounds: int = 1, seed: int = 0, background: Any = None
    ) -> Explanation:
        """Returns what each column contributes to the predictions of rows of a table.

        ``output`` is the class, label or target that is explained: by default the only target, the second of two
        classes, or of more the predicted one. ``background`` are rows to compare with, instead of the training rows
        that the model keeps; more ``rounds`` are more exact.
        """
        against = None if background is None else self._background(background)
        paths = paths_of(data)
        if paths is not None:
            table = self._raw.explain_files(paths, output, rounds, seed, against)
        else:
            table = self._raw.explain_table(table_of(_unwrapped(data)), output, rounds, seed, against)
        return Explanation._of(wrapped(table))

    def evaluate(self, data: Any, target: str | Sequence[str] | None = None) -> dict[str, float | None]:
        """Returns the metrics of the task on rows or images with their targets. ``target`` are the names of the target
        columns in files, if they differ from those in training.
        """
        paths = paths_of(data)
        if paths is None:
            return json.loads(self._raw.evaluate_table(table_of(_unwrapped(data))))
        names = [target] if isinstance(target, str) else list(target or [])
        return json.loads(self._raw.evaluate_files(paths, names))

    # --- How it runs, and where it is kept

    def fuse(self, *, precision: str = "automatic", autotune: bool = False) -> Model:
        """Prepares the networks for inference, about twice as fast: see :func:`load`. Returns the model itself."""
        self._raw.fuse(True, autotune, precision)
        self._fusing = _Fusing(True, autotune, precision)
        return self

    def unfuse(self) -> Model:
        """Runs the networks' modules as they were trained. Returns the model itself."""
        self._raw.fuse(False, False, "automatic")
        self._fusing = _Fusing(fuse=False)
        return self

    def network(self, index: int = 0) -> Network:
        """Returns the network, or one of an ensemble, as a module of PyTorch that shares its weights."""
        from ._network import Network

        return Network._of(_reszoo.Network.of_model(self._raw, index))

    def save(self, path: Path) -> None:
        """Writes the model file (``.safetensors``), with which the tools and the C++ library predict too."""
        self._raw.save(os.fspath(path))

    def __getstate__(self) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.safetensors")
            self._raw.save(path)
            with open(path, "rb") as file:
                return {"file": file.read(), "fusing": self._fusing, "training": self._training}

    def __setstate__(self, state: dict[str, Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.safetensors")
            with open(path, "wb") as file:
                file.write(state["file"])
            self._raw = _opened(path, state["fusing"])  # mapped: the bytes outlive the name
        self._fusing = state["fusing"]
        self._training = state["training"]

    def __deepcopy__(self, memo: dict[int, Any]) -> Model:
        copy = Model.__new__(Model)
        copy.__setstate__(self.__getstate__())
        return copy

    # --- Inside

    def _answers(self, data: Any, *, on_bad: str = "stop", features: bool = False) -> _reszoo.Answers:
        paths = paths_of(data)
        if paths is not None:
            answers = self._raw.run_files(paths, on_bad, features)
        elif self.reads == "table":
            answers = self._raw.run_table(table_of(_unwrapped(data)), features)
        else:
            answers = self._raw.run_images(pictures_of(data), features)
        if answers.note():
            warnings.warn(answers.note(), DataWarning, stacklevel=3)
        return answers

    def _background(self, data: Any) -> _reszoo.Table:
        paths = paths_of(data)
        return table_of(_unwrapped(data)) if paths is None else _reszoo.Table.read(paths, [])

    def _labels(self, table: _reszoo.Table, name: str) -> np.ndarray:
        values = column_of(table, name)
        classes = self.classes or (table.words(name) if table.kind(name) == "text" else [])
        return typed_labels(values, classes)

    def _target_name(self) -> str:
        return self.target[0] if len(self.target) == 1 else "prediction"


def _unwrapped(data: Any) -> Any:
    return data._raw if isinstance(data, Table) else data


def _prediction_names(names: list[str]) -> list[str]:
    """Returns the columns of a table of predictions that hold the answer."""
    if "prediction" in names:
        return ["prediction"]
    return [name for name in names if name.startswith(("prediction_", "quantile_"))]


def _opened(path: str, fusing: _Fusing) -> _reszoo.Model:
    return _reszoo.Model.open(path, "", "{}", "cpu", True, "", fusing.fuse, fusing.autotune, fusing.precision)


def load(
    path: Path,
    *,
    network: str | None = None,
    options: Mapping[str, Any] | None = None,
    device: str = "cpu",
    fuse: bool = True,
    precision: str = "automatic",
    autotune: bool = False,
    verify: bool = True,
    key: str = "",
) -> Model:
    """Opens a model file, a TorchScript file, a compiled package, or weights in any format.

    Args:
        path: a file, or ``hf-hub:owner/name``, a repository of the Hugging Face Hub.
        network: the registered model of weights that do not name it; without it, the one that fits.
        options: its options, such as ``{"outputs": 10}``.
        device: ``cpu``, ``cuda``, ``cuda:1`` or ``auto``.
        fuse: whether to prepare the networks for inference, about twice as fast.
        precision: ``float32``, ``bfloat16``, ``float16`` (GPU) or ``int8`` (quantized files); ``automatic`` is int8 for
            a quantized file where the processor is fast in it.
        autotune: time the algorithms of each layer first, and use the fastest.
        verify: compare checksums and digests.
        key: the weights to take from a file with several.

    Scripts and packages contain code, which is run: open only files that you trust.
    """
    if options and network is None:
        raise UsageError("options: are for a network that is named")
    fusing = _Fusing(fuse, autotune, precision)
    file = os.fspath(path)
    if file.startswith("hf-hub:"):
        if network is None:
            return Model._of(hub().open(file, device, verify, key, fuse, autotune, precision), fusing)
        file = hub().fetch(file, verify)
    raw = _reszoo.Model.open(
        file, network or "", json.dumps(dict(options or {})), device, verify, key, fuse, autotune, precision
    )
    return Model._of(raw, fusing)


def load_pretrained(
    name: str, *, device: str = "cpu", fuse: bool = True, precision: str = "automatic", autotune: bool = False
) -> Model:
    """Downloads published weights once, and returns their model with preprocessing and the names of the classes.

    ``name`` is ``resnet50``, ``resnet50.a1_in1k`` or ``hf-hub:owner/name``; ``reszoo models --pretrained`` lists them.
    """
    raw = hub().open(name, device, True, "", fuse, autotune, precision)
    return Model._of(raw, _Fusing(fuse, autotune, precision))
