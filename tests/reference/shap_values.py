"""Make the fixture of Shapley values: those of shap, exact and by permutations, for a function of five columns."""
import numpy as np
import shap

from fill import uniform
from fixture_json import source, write


def values(x):
    """Two values of each row; both have interactions of three columns."""
    first = 2 * x[:, 0] + x[:, 0] * x[:, 1] + 3 * x[:, 1] * x[:, 2] * x[:, 3] - np.abs(x[:, 4] - x[:, 0] * x[:, 2])
    second = np.exp(x[:, 0] + x[:, 1] - x[:, 3]) - x[:, 4] ** 2
    return np.stack([first, second], 1)


if __name__ == "__main__":
    rows = uniform("rows", [6, 5]).astype(np.float64)
    background = uniform("background", [12, 5]).astype(np.float64)
    masker = shap.maskers.Independent(background, max_samples=len(background))
    exact = shap.explainers.Exact(values, masker)(rows)
    sampled = shap.explainers.Permutation(values, masker, seed=1)(rows, max_evals=(2 * 5 + 1) * 4)  # 4 pairs
    write("shap_values.json", {"source": source("shap", "numpy"), "rows": rows.tolist(), "background": background.tolist(),
                               "base": values(background).mean(0).tolist(),
                               "exact": exact.values.tolist(), "permutation": sampled.values.tolist()})
