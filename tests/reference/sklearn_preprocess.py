"""Make the fixture of the table preprocessing: scikit-learn's scalers and encoders.

The columns cover typical distributions: 0 is nearly normal, 1 has heavy tails, 2 has many ties, 3 has one value
in almost all rows, 4 is constant. `new` has 20 additional rows, with values outside the fitted range.
The quantile transformer is fitted with as many quantiles as rows and with fewer, where it interpolates;
and on values with noise, whose normal random numbers are stored, by both formulas for its standard deviation.
`smooth` is robust scaling by the formulas of arXiv:2407.04491. `words` are two columns of text; the new rows
have words that the fitted rows lack. All numbers are float64, in full precision.
"""
import numpy as np
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, QuantileTransformer, RobustScaler, StandardScaler

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


def robust_case(rows, new):
    scaler = RobustScaler().fit(rows)
    return {"median": scaler.center_.tolist(), "scale": scaler.scale_.tolist(),
            "fitted": scaler.transform(rows).tolist(), "new": scaler.transform(new).tolist()}


def smooth_case(rows, new):
    low, q25, median, q75, high = np.percentile(rows, [0, 25, 50, 75, 100], axis=0)
    distance = np.where(q75 != q25, q75 - q25, np.where(high != low, (high - low) / 2, 1.0))

    def transform(x):
        z = (x - median) / distance
        return (z / np.sqrt(1 + (z / 3) ** 2)).tolist()
    return {"fitted": transform(rows), "new": transform(new)}


def noise_case(rows, new, noise, rule):
    normals = uniform("normals", [*rows.shape, 12]).astype(np.float64).sum(-1) / 2  # approximately normal
    spread = rows.std(axis=0)
    deviation = noise / np.maximum(spread, noise) if rule == "published" else noise * np.minimum(spread, 1)
    case = quantile_case(rows + normals * deviation, new, 50)
    return {"noise": noise, "rule": rule, "normals": normals.tolist(), "quantiles": case["quantiles"],
            "new": case["new"]}


def words_case():
    towns, sizes = np.array(["Rome", "Oslo", "bern", "Åre", "Oslo 2", "10", "9"]), np.array(["s", "m", "l"])
    place = (uniform("words", [40, 2]).astype(np.float64) + 1) / 2
    rows = np.stack([towns[(place[:30, 0] * 5).astype(int)], sizes[(place[:30, 1] * 3).astype(int)]], axis=1)
    new = np.stack([towns[(place[30:, 0] * 7).astype(int)], sizes[(place[30:, 1] * 3).astype(int)]], axis=1)
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(rows)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(rows)
    return {"rows": rows.tolist(), "new_rows": new.tolist(), "categories": [c.tolist() for c in codes.categories_],
            "codes": codes.transform(rows).tolist(), "new_codes": codes.transform(new).tolist(),
            "one_hot": one_hot.transform(new).tolist()}


if __name__ == "__main__":
    rows, new = table("table", ROWS, 1.0), table("new", NEW_ROWS, 1.5)
    write("sklearn_preprocess.json", {
        "source": source("scikit-learn", "numpy"), "rows": rows.tolist(), "new_rows": new.tolist(),
        "quantile_normal": [quantile_case(rows, new, quantiles) for quantiles in (1000, 50)],
        "standard": standard_case(rows, new), "robust": robust_case(rows, new), "smooth": smooth_case(rows, new),
        "noise": [noise_case(rows, new, 1e-3, rule) for rule in ("relative", "published")], "words": words_case()})
