"""Tries the TabArena methods on a table at hand: fits, predicts, prints the error on rows that were left out.

    python try_table.py [examples/data/diamonds.csv.gz] [--target price] [--rows 4000] [--folds 3] [--set epochs=20 …]

Needs tabarena and pyarrow from PyPI, and the tools, built.
"""
import argparse
import tempfile
from pathlib import Path

import pandas as pd
from autogluon.core.data import LabelCleaner
from autogluon.core.metrics import get_metric
from autogluon.core.models import BaggedEnsembleModel
from autogluon.features.generators import AutoMLPipelineFeatureGenerator
from reszoo_tabarena import ReszooModel, ReszooSystem

ROOT = Path(__file__).resolve().parents[3]
METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "root_mean_squared_error"}


def problem_type(target):
    """Tells numbers from classes as the table's own kinds do."""
    if pd.api.types.is_numeric_dtype(target) and target.nunique() > 20:
        return "regression"
    return "binary" if target.nunique() == 2 else "multiclass"


def bagged(train, test, target, task, folds, parameters, folder):
    """Bags the model over folds as TabArena does; gives the out-of-fold error and that of the test rows."""
    features, labels = AutoMLPipelineFeatureGenerator(), LabelCleaner.construct(problem_type=task, y=train[target])
    X, y = features.fit_transform(train.drop(columns=target)), labels.transform(train[target])
    model = BaggedEnsembleModel(
        ReszooModel(path=folder, problem_type=task, eval_metric=METRICS[task], hyperparameters=parameters), path=folder)
    model.params["fold_fitting_strategy"] = "sequential_local"
    model = model.fit(X=X, y=y, k_fold=folds)
    score = model.score(X=features.transform(test.drop(columns=target)), y=labels.transform(test[target]))
    return model.score_with_oof(y=y), score


def system(train, test, target, task, parameters):
    """Runs the whole system on the raw table and gives its score on the test rows."""
    metric = get_metric(METRICS[task], problem_type=task)
    method = ReszooSystem(problem_type=task, eval_metric=metric, parameters=parameters)
    out = method.fit_custom(train.drop(columns=target), train[target], test.drop(columns=target))
    answers = out["predictions"] if task == "regression" else out["probabilities"]
    if task == "binary":
        answers = answers.iloc[:, 1]
    truth = test[target] if task == "regression" else test[target].map(
        {label: i for i, label in enumerate(sorted(train[target].unique()))})
    return metric(truth, answers), out["time_train_s"], out["time_infer_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", nargs="?", default=ROOT / "examples" / "data" / "diamonds.csv.gz")
    parser.add_argument("--target", default="price")
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--set", nargs="*", default=[], help="options of train as name=value")
    options = parser.parse_args()
    table = pd.read_csv(options.table)
    table = table.sample(min(options.rows, len(table)), random_state=0).reset_index(drop=True)
    train, test, task = table[len(table) // 5:], table[:len(table) // 5], problem_type(table[options.target])
    parameters = dict(text.split("=", 1) for text in options.set)
    with tempfile.TemporaryDirectory() as folder:  # for AutoGluon, which writes into the current one otherwise
        out_of_fold, score = bagged(train, test, options.target, task, options.folds, parameters, folder)
    print(f"{METRICS[task]}, more is better: out of fold {out_of_fold:.4g}, test {score:.4g}")
    score, fit_seconds, predict_seconds = system(train, test, options.target, task, parameters)
    print(f"system: test {score:.4g}, trained in {fit_seconds:.1f} s, predicted in {predict_seconds:.2f} s")


if __name__ == "__main__":
    main()
