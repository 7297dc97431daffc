"""reszoo as a method of TabArena (PyPI: tabarena), so that anyone who has its data can place reszoo there.

- ReszooModel is a model of AutoGluon, the kind that TabArena bags over folds, tunes and ensembles:
  `Experiment`s are made from it as from any other model, or by `gen_reszoo`.
- ReszooSystem gets the raw table and does everything itself: `train --recipe best` within the time limit.

Both run the command-line tools. RESZOO_TOOLS names their folder; else build/release/tools of this checkout is taken.
Parameters are options of `train`, without the dashes in front: {"recipe": "auto", "lr": 0.002}.
try_table.py runs both on a table at hand.
"""
from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from autogluon.common.utils.resource_utils import ResourceManager
from autogluon.core.models import AbstractModel
from tabarena.benchmark.exec_models.external import ExternalSystemModel
from tabarena.utils.config_utils import CustomAGConfigGenerator

TARGET = "reszoo_target"
TASKS = {"binary": "binary", "multiclass": "multiclass", "regression": "regression"}


def tools_folder() -> Path:
    """Gives the folder of `train` and `predict`."""
    return Path(os.environ.get("RESZOO_TOOLS") or Path(__file__).resolve().parents[3] / "build" / "release" / "tools")


def run_tool(name: str, *arguments) -> None:
    """Runs a tool; its last line of stderr is the message of the error, if it ends with one."""
    command = [str(word) for word in (tools_folder() / name, *arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{name}: exit code {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")


def write_table(path: Path, X: pd.DataFrame, y: pd.Series | None = None) -> Path:
    """Writes columns, and the target if there is one, as Parquet. Categories become their words."""
    table = X.copy(deep=False)
    table.columns = [str(name) for name in X.columns]
    for name in table.select_dtypes("category"):
        table[name] = table[name].astype("object").map(lambda word: word if pd.isna(word) else str(word))
    if y is not None:
        table[TARGET] = np.asarray(y)
    table.to_parquet(path, index=False)
    return path


def train(X, y, problem_type, parameters, *, X_val=None, y_val=None, seed=None, threads=None, time_limit=None) -> bytes:
    """Trains and gives the model file's content. `parameters` come before the other options."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = {"data": write_table(folder / "train.parquet", X, y), "target": TARGET, "task": TASKS[problem_type],
                   "out": folder / "run"}
        if X_val is not None:
            options["val"] = write_table(folder / "val.parquet", X_val, y_val)
        budget = {"seed": seed, "threads": threads, "time-limit": time_limit and max(1, int(time_limit))}
        options |= {option: value for option, value in budget.items() if value is not None}
        options |= {option.replace("_", "-"): value for option, value in parameters.items()}
        words = []
        for option, value in options.items():
            words += [f"--{option}", *(value if isinstance(value, list | tuple) else [value])]
        run_tool("train", *words)
        return (folder / "run" / "model.safetensors").read_bytes()


def predict(model: bytes, X: pd.DataFrame, classes: list | None) -> np.ndarray:
    """Gives (rows) numbers, or with `classes` (rows, classes) probabilities in their order."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.safetensors").write_bytes(model)
        out = folder / "prediction.parquet"
        run_tool("predict", "--weights", folder / "model.safetensors", write_table(folder / "rows.parquet", X),
                 "--out", out, *(["--proba"] if classes is not None else []))
        table = pd.read_parquet(out)
    if classes is None:
        return table["prediction"].to_numpy()
    shares = table[[f"probability_{label}" for label in classes]].to_numpy(np.float64)
    return shares / shares.sum(axis=1, keepdims=True)  # scikit-learn wants sums of one in float64


class ReszooModel(AbstractModel):
    """One network of reszoo, with its own early stopping on the validation rows that it is given."""

    ag_key = "RESZOO"
    ag_name = "reszoo"
    ag_priority = 65
    seed_name = "seed"

    def _fit(self, X, y, X_val=None, y_val=None, time_limit=None, num_cpus=1, num_gpus=0, **kwargs):
        X = self.preprocess(X, is_train=True)
        X_val = None if X_val is None else self.preprocess(X_val)
        self.model = train(X, y, self.problem_type, self._get_model_params(), X_val=X_val, y_val=y_val,
                           threads=num_cpus, time_limit=time_limit)

    def _predict_proba(self, X, **kwargs):
        X = self.preprocess(X, **kwargs)
        if self.problem_type == "regression":
            return predict(self.model, X, None)
        return self._convert_proba_to_unified_form(predict(self.model, X, list(range(self.num_classes))))

    @classmethod
    def supported_problem_types(cls):
        return list(TASKS)

    def _get_default_auxiliary_params(self):
        return {**super()._get_default_auxiliary_params(), "valid_raw_types": ["bool", "int", "float", "category"]}

    def _get_default_resources(self):
        return ResourceManager.get_cpu_count(only_physical_cores=True), 0

    def _estimate_memory_usage(self, X, **kwargs):
        return self._estimate_memory_usage_static(X=X)

    @classmethod
    def _estimate_memory_usage_static(cls, *, X, **kwargs):
        return int(400e6 + 1.5 * 4 * X.size)

    @classmethod
    def _class_tags(cls):
        return {"can_estimate_memory_usage_static": True}


class ReszooSystem(ExternalSystemModel):
    """`train --recipe best` on the raw table: tuned, bagged and ensembled by itself within the time limit."""

    def __init__(self, *, parameters: dict | None = None, **kwargs):
        super().__init__(**kwargs)
        self.parameters = {"recipe": "best"} if parameters is None else parameters

    def _fit_system(self, X, y, *, problem_type, validation_metadata, num_cpus, time_limit, random_state, **kwargs):
        parameters = dict(self.parameters)
        for option, column in (("group", validation_metadata.group_on), ("time", validation_metadata.time_on)):
            if isinstance(column, str):
                parameters[option] = column
        self.classes = None if problem_type == "regression" else sorted(y.unique())
        self.model = train(X, y, problem_type, parameters, seed=random_state, threads=num_cpus,
                           time_limit=time_limit)
        return self

    def _predict(self, X):
        return pd.Series(predict(self.model, X, None), index=X.index)

    def _predict_proba(self, X):
        return pd.DataFrame(predict(self.model, X, self.classes), columns=self.classes, index=X.index)


def _search_space(count=50):
    rng = np.random.default_rng(1234)
    return [{"lr": float(np.exp(rng.uniform(np.log(5e-4), np.log(8e-3)))),
             "weight_decay": float(np.exp(rng.uniform(np.log(1e-5), np.log(1e-2)))),
             "model_kwargs": [f"blocks={rng.integers(1, 4)}", f"width={rng.choice([64, 96, 128, 192])}",
                              f"dropout={rng.choice([0.0, 0.1, 0.2, 0.3])}"]} for _ in range(count)]


gen_reszoo = CustomAGConfigGenerator(model_cls=ReszooModel, search_space_func=_search_space, manual_configs=[{}])
