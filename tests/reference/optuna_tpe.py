"""Make the fixture of the Parzen estimator: densities of Optuna's TPESampler, and how good its searches are."""
import math

import numpy as np
import optuna
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_gamma, default_weights

from fixture_json import short, source, write

SEEDS, TRIALS = 30, 50


def density(low, high, values, step=None, log=False):
    """Return log densities at points of the range; for `log` those of the logarithm, not of the value."""
    kind = FloatDistribution(low, high, log=log) if step is None else IntDistribution(low, high, step=step)
    parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, False)
    estimator = _ParzenEstimator({"x": np.array(values, float)}, {"x": kind}, parameters)
    points = np.geomspace(low, high, 7) if log else np.linspace(low, high, 7)
    points = np.array([short(x) for x in (points if step is None else np.arange(low, high + 1, step))])
    logs = estimator.log_pdf({"x": points})
    return {"low": low, "high": high, "step": step or 0, "log": log, "values": values, "points": points.tolist(),
            "log_density": [short(x) for x in logs]}


def objective(trial):
    lr = trial.suggest_float("lr", 3e-4, 1e-2, log=True)
    width = trial.suggest_int("width", 64, 384, step=32)
    zero = trial.suggest_categorical("zero", [True, False])
    dropout = 0 if zero else trial.suggest_float("dropout", 0, 0.5)
    return math.log(lr / 1e-3) ** 2 + ((width - 256) / 64) ** 2 + 25 * (dropout - 0.1) ** 2


def best_of(sampler):
    study = optuna.create_study(sampler=sampler)
    study.optimize(objective, n_trials=TRIALS)
    return study.best_value


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    many = [short(0.5 + 0.4 * math.sin(1.7 * i)) for i in range(40)]
    cases = [density(0, 0.5, []), density(0, 0.5, [0.2]), density(0, 0.5, [0.4, 0.1, 0.12, 0.5]), density(0, 1, many),
             density(3e-4, 1e-2, [1e-3, 5e-3, 9e-4], log=True), density(64, 384, [64, 96, 320], step=32),
             density(1, 4, [2, 2, 2, 3], step=1)]
    means = {name: short(np.mean([math.log(best_of(sampler(seed=seed))) for seed in range(SEEDS)]))
             for name, sampler in (("tpe", optuna.samplers.TPESampler), ("random", optuna.samplers.RandomSampler))}
    write("optuna_tpe.json", {"source": source("optuna"), "densities": cases, "trials": TRIALS, "mean_log_best": means,
                         "good": {str(count): default_gamma(count) for count in (1, 10, 11, 40, 250, 251, 400)}})


if __name__ == "__main__":
    main()
