"""Estimators for scikit-learn: pipelines, grid searches, scores, clones and pickles work as with its own."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_array, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_consistent_length, check_is_fitted, validate_data

from . import _reszoo
from ._inputs import library_of, table_of
from ._model import Model
from ._train import train
from ._table import wrapped

_LEAST_VALIDATED = 5  # with fewer rows to validate on, all are trained on


class _Estimator(BaseEstimator):
    """What the two estimators share."""

    model_: Model

    def __init__(
        self,
        *,
        recipe: str = "fast",
        epochs: int | None = None,
        time_limit: float | None = None,
        validation_fraction: float = 0.1,
        ensemble: int = 1,
        network: str | None = None,
        options: Mapping[str, Any] | None = None,
        balance: str | None = None,
        metric: str | None = None,
        device: str = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
    ) -> None:
        self.recipe = recipe
        self.epochs = epochs
        self.time_limit = time_limit
        self.validation_fraction = validation_fraction
        self.ensemble = ensemble
        self.network = network
        self.options = options
        self.balance = balance
        self.metric = metric
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def _rows(self, X: Any, *, reset: bool) -> _reszoo.Table:
        """Checks the features as scikit-learn does. Data frames keep their columns of text and dates."""
        if _is_frame(X):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return table_of(X)
        values = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        if np.isinf(values).any():
            raise ValueError("Input X contains infinity")
        names = getattr(self, "feature_names_in_", None)
        names = [f"f{column}" for column in range(values.shape[1])] if names is None else list(names)
        return _reszoo.Table.from_matrix(values, names)

    def _fit(self, X: Any, rows: _reszoo.Table, y: np.ndarray, sample_weight: Any, **choices: Any) -> None:
        count = rows.rows()
        if count < 2:
            raise ValueError(f"{type(self).__name__}: at least 2 rows are needed, got n_samples={count}")
        validated = self.validation_fraction if count * self.validation_fraction >= _LEAST_VALIDATED else 0.0
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        with warnings.catch_warnings():
            if not self.verbose:
                warnings.simplefilter("ignore", category=UserWarning)
            self.model_ = train(
                wrapped(rows),
                y,
                weight=sample_weight,
                recipe=self.recipe,
                epochs=self.epochs,
                time_limit=self.time_limit,
                validation=None if self.recipe == "best" else validated,
                ensemble=self.ensemble,
                network=self.network,
                options=self.options,
                balance=self.balance,
                metric=self.metric,
                device=self.device,
                numeric=_numeric_columns(rows),
                seed=int(check_random_state(self.random_state).randint(2**31 - 1)),
                progress=self.verbose,
                **choices,
            )
        self.n_iter_ = sum(len(epochs) for epochs in self.model_.history)

    def _checked_rows(self, X: Any) -> Any:
        check_is_fitted(self, "model_")
        return wrapped(self._rows(X, reset=False))


def _is_frame(X: Any) -> bool:
    return library_of(X) != "numpy" and hasattr(X, "columns")


def _numeric_columns(rows: _reszoo.Table) -> list[str]:
    """Columns that are features by the caller's will, also if they look like row numbers."""
    return [name for name in rows.names() if rows.kind(name) == "number"]


class ReszooClassifier(ClassifierMixin, _Estimator):
    """A residual network that classifies the rows of a table.

    Args:
        recipe: ``fast``, ``auto`` (four times the epochs), ``best`` (an ensemble, in ``time_limit``), ``paper``.
        epochs: the largest number of epochs. ``time_limit``: seconds for the training.
        validation_fraction: the share of the rows that choose the best epoch; none of fewer than 50.
        ensemble: the number of networks that are trained and averaged.
        network, options: a registered network and its options, instead of the recipe's.
        balance: ``weights`` or ``draws``, to train on rare classes as much as on frequent ones.
        metric: the validation metric that selects the best epoch.
        random_state: the seed. ``verbose``: show a bar, and what was noticed about the data.

    ``X`` may be a data frame with text, dates and missing values, which need no encoding. ``model_`` is the
    :class:`reszoo.Model`.
    """

    classes_: np.ndarray

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ReszooClassifier:
        rows = self._rows(X, reset=True)
        if y is None:
            raise ValueError("ReszooClassifier requires y to be passed, but the target y is None")
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        check_consistent_length(X, y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        count = len(self.classes_)
        if count < 2:
            raise ValueError(f"ReszooClassifier: at least 2 classes are needed, y has one class only: {self.classes_}")
        names = [str(code) for code in range(count)]
        labels = np.array(names, dtype=object)[codes]
        self._fit(X, rows, labels, sample_weight, task="binary" if count == 2 else "multiclass", classes=names)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        rows = self._checked_rows(X)
        return self.model_.predict_proba(rows)

    def predict(self, X: Any) -> np.ndarray:
        rows = self._checked_rows(X)
        return self.classes_[np.argmax(self.model_.predict_proba(rows), axis=1)]


class ReszooRegressor(RegressorMixin, _Estimator):
    """A residual network that predicts one or several numbers of each row of a table.

    The parameters are those of :class:`ReszooClassifier`; ``loss`` is ``mse``, ``mae`` or ``huber``.
    """

    def __init__(
        self,
        *,
        recipe: str = "fast",
        epochs: int | None = None,
        time_limit: float | None = None,
        validation_fraction: float = 0.1,
        ensemble: int = 1,
        network: str | None = None,
        options: Mapping[str, Any] | None = None,
        loss: str | None = None,
        metric: str | None = None,
        device: str = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(
            recipe=recipe,
            epochs=epochs,
            time_limit=time_limit,
            validation_fraction=validation_fraction,
            ensemble=ensemble,
            network=network,
            options=options,
            metric=metric,
            device=device,
            random_state=random_state,
            verbose=verbose,
        )
        self.loss = loss

    balance = None  # is for classes

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ReszooRegressor:
        rows = self._rows(X, reset=True)
        if y is None:
            raise ValueError("ReszooRegressor requires y to be passed, but the target y is None")
        y = check_array(y, dtype=np.float64, ensure_2d=False, input_name="y")
        check_consistent_length(X, y)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        self._fit(X, rows, y, sample_weight, task="regression", loss=self.loss)
        return self

    def predict(self, X: Any) -> np.ndarray:
        rows = self._checked_rows(X)
        return self.model_.predict(rows)
