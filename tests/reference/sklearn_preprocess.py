"""Make the fixture of the table preprocessing: scikit-learn's QuantileTransformer and StandardScaler.

The columns try what tables do: 0 is near normal, 1 has heavy tails, 2 many ties, 3 one value almost
everywhere, 4 one value everywhere. `new` are 20 further rows, with values out of the fitted range.
The transformer is fitted with as many quantiles as rows and with fewer, where it interpolates.
All numbers are float64, in full.
"""
import numpy as np
from sklearn.preprocessing import QuantileTransformer, StandardScaler

from fill import uniform
from fixture_json import source, write

ROWS, NEW_ROWS = 200, 20


def table(key, rows, spread):
    u = uniform(key, [rows, 8]).astype(np.float64)
    normal = u[:, :4].sum(1)
    heavy = np.sign(u[:, 4]) * np.abs(u[:, 4]) ** -1.5
    ties = np.round(3 * u[:, 5]) + 0.0  # no -0
    mostly_one = np.where(u[:, 6] > 0.95, 7.5, np.where(u[:, 6] < -0.95, -1.0, 2.0))
    return np.stack([normal * spread, heavy * spread, ties * spread, mostly_one * spread, np.full(rows, 3.0)], axis=1)


def quantile_case(rows, new, quantiles):
    transformer = QuantileTransformer(n_quantiles=min(quantiles, len(rows)), output_distribution="normal",
                                      subsample=None).fit(rows)
    return {"references": transformer.references_.tolist(), "quantiles": transformer.quantiles_.tolist(),
            "fitted": transformer.transform(rows).tolist(), "new": transformer.transform(new).tolist()}


def standard_case(rows, new):
    scaler = StandardScaler().fit(rows)
    return {"mean": scaler.mean_.tolist(), "scale": scaler.scale_.tolist(),
            "fitted": scaler.transform(rows).tolist(), "new": scaler.transform(new).tolist()}


if __name__ == "__main__":
    rows, new = table("table", ROWS, 1.0), table("new", NEW_ROWS, 1.5)
    write("sklearn_preprocess.json", {
        "source": source("scikit-learn", "numpy"), "rows": rows.tolist(), "new_rows": new.tolist(),
        "quantile_normal": [quantile_case(rows, new, quantiles) for quantiles in (1000, 50)],
        "standard": standard_case(rows, new)})
