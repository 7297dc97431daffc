"""Estimators: scikit-learn's own checks, pipelines, searches, data frames with text."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from reszoo import ReszooClassifier, ReszooRegressor

# Training goes through random batches: a row twice, or a row of weight 0, changes which rows are in a batch together,
# and so the weights. Only a fit by a closed formula or on the whole data at once could pass.
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": "weights are those of rows in random batches",
}


@parametrize_with_checks(
    [ReszooClassifier(), ReszooRegressor()], expected_failed_checks=lambda estimator: EXPECTED_FAILURES
)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_pipeline_and_search():
    X, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), ReszooClassifier(random_state=0))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.93
    search = GridSearchCV(pipeline, {"reszooclassifier__epochs": [1, 20]}, cv=3, scoring="roc_auc", n_jobs=2)
    search.fit(X, y)
    assert search.best_params_ == {"reszooclassifier__epochs": 20} and search.best_score_ > 0.97
    assert search.predict_proba(X).shape == (569, 2)


def test_classes_keep_their_names():
    X, y = load_iris(return_X_y=True, as_frame=True)
    names = y.map({0: "setosa", 1: "versicolor", 2: "virginica"})
    model = ReszooClassifier(recipe="auto", random_state=0).fit(X, names)
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert model.score(X, names) > 0.9 and model.feature_names_in_.tolist() == list(X)
    assert set(ReszooClassifier(epochs=1).fit(X, y == 1).predict(X)) <= {False, True}


def test_regression():
    X, y = load_diabetes(return_X_y=True)
    model = ReszooRegressor(recipe="auto", random_state=0)
    assert cross_val_score(model, X, y, cv=3).mean() > 0.4
    several = ReszooRegressor(random_state=0).fit(X, np.stack([y, -y], axis=1))
    assert several.predict(X).shape == (442, 2)
    logs = TransformedTargetRegressor(ReszooRegressor(random_state=0), func=np.log, inverse_func=np.exp)
    assert logs.fit(X, y).score(X, y) > 0.3


def test_frames_with_text_and_missing_values(diamonds):
    X, y = diamonds.drop(columns="price"), diamonds["price"]
    X.iloc[::9, X.columns.get_loc("carat")] = np.nan
    X.iloc[::7, X.columns.get_loc("cut")] = None
    model = ReszooRegressor(recipe="auto", random_state=0).fit(X[:2400], y[:2400])
    assert model.score(X[2400:], y[2400:]) > 0.9
    import polars as pl

    np.testing.assert_array_equal(model.predict(pl.from_pandas(X)), model.predict(X))
    with pytest.raises(ValueError, match="feature names"):
        model.predict(X.rename(columns={"carat": "weight"}))


def test_weights_matter():
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(200, 3)), np.tile([0.0, 1.0], 100)
    model = ReszooRegressor(validation_fraction=0, random_state=0)
    assert 0.4 < model.fit(X, y).predict(X).mean() < 0.6
    assert model.fit(X, y, sample_weight=np.where(y == 1, 9.0, 1.0)).predict(X).mean() > 0.75


def test_clone_pickle_and_joblib(tmp_path):
    X, y = load_iris(return_X_y=True)
    model = ReszooClassifier(epochs=3, random_state=7)
    fresh = clone(model)
    assert fresh.get_params() == model.get_params() and not hasattr(fresh, "model_")
    expected = model.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(fresh.fit(X, y).predict_proba(X), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), expected)
    joblib.dump(model, tmp_path / "model.joblib", compress=3)
    np.testing.assert_array_equal(joblib.load(tmp_path / "model.joblib").predict_proba(X), expected)


def test_the_model_inside_is_a_model(tmp_path):
    X, y = load_iris(return_X_y=True)
    model = ReszooClassifier(epochs=2).fit(X, y)
    assert model.n_iter_ == 2 and model.model_.task == "multiclass"
    model.model_.save(tmp_path / "model.safetensors")
    assert list(model.model_.explain(X[:2]).columns) == ["f0", "f1", "f2", "f3"]


def test_feature_names_of_the_target_do_not_clash():
    X = pd.DataFrame({"target": np.arange(100.0) ** 2, "weight": np.arange(100.0)[::-1]})
    ReszooRegressor(epochs=1).fit(X, X["target"], sample_weight=np.ones(100)).predict(X)
