"""Make the fixture of importance and partial dependence: scikit-learn's, for a formula of numbers and words."""
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.metrics import root_mean_squared_error
from sklearn.utils import check_random_state

from fill import uniform
from fixture_json import source, write

COLOURS = {"red": 0.5, "green": -1.0, "blue": 2.0}


class Formula(RegressorMixin, BaseEstimator):
    """2 size + size age + the colour's number; `noise` is not used."""

    def fit(self, x, y):
        self.fitted_ = True
        return self

    def predict(self, x):
        return (2 * x["size"] + x["size"] * x["age"] + x["colour"].map(COLOURS)).to_numpy(dtype=float)


def table(rows=40):
    size, noise = uniform("size", [rows]).astype(np.float64), uniform("noise", [rows]).astype(np.float64)
    age = np.rint(4 * uniform("age", [rows]).astype(np.float64))
    colour = np.array(list(COLOURS))[np.digitize(uniform("colour", [rows]), [0.1, 0.6])]
    return pd.DataFrame({"size": size, "age": age, "colour": colour, "noise": noise})


def permutations(seed, rows, repeats):
    """Return the orders in which scikit-learn permutes a column: it shuffles the result of the previous shuffle."""
    state = check_random_state(check_random_state(seed).randint(np.iinfo(np.int32).max + 1))
    shuffle, order, orders = np.arange(rows), np.arange(rows), []
    for _ in range(repeats):
        state.shuffle(shuffle)
        order = order[shuffle]
        orders.append(order.tolist())
    return orders


def importance(x, y, seed=3, repeats=4):
    model = Formula().fit(x, y)
    found = permutation_importance(model, x, y, n_repeats=repeats, random_state=seed,
                                   scoring=lambda m, x, y: -root_mean_squared_error(y, m.predict(x)))
    return {"permutations": permutations(seed, len(x), repeats), "repeats": found.importances.tolist(),
            "mean": found.importances_mean.tolist(), "deviation": found.importances_std.tolist()}


def dependence(x, y):
    model = Formula().fit(x, y)
    result = {}
    for column in ["size", "age", "colour"]:
        found = partial_dependence(model, x, [column], categorical_features=["colour"], grid_resolution=12,
                                   method="brute", kind="both")
        grid = found["grid_values"][0]
        result[column] = {"grid": grid.tolist(), "mean": found["average"][0].tolist(),
                          "first_row": found["individual"][0][0].tolist()}
    return result


if __name__ == "__main__":
    x = table()
    y = Formula().fit(x, None).predict(x) + 0.3 * uniform("error", [len(x)])
    write("sklearn_inspection.json", {"source": source("scikit-learn", "scipy", "numpy", "pandas"),
                                      "table": {name: x[name].tolist() for name in x}, "target": y.tolist(),
                                      "importance": importance(x, y), "dependence": dependence(x, y)})
