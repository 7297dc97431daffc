"""Make the fixture of the population stability index: training rows, later rows, and the index of each column by NumPy.

Numbers are compared in bins between the different tenths of the training rows, words by the 20 most frequent ones and
all others; the rows without a value are one bin more. A share counts as at least 0.0001 and at least half a row. The
index that chance explains is the 99 % quantile of chi-squared, from SciPy, times 1 / rows + 1 / later rows.
"""
import numpy as np
from scipy.stats import chi2

from fill import uniform
from fixture_json import source, write

ROWS, LATER = 200, 120
WORDS = [f"w{i}" for i in range(30)]


def psi(before, later):
    before, later = np.asarray(before, float), np.asarray(later, float)
    a = np.maximum(before / before.sum(), max(1e-4, 0.5 / before.sum()))
    b = np.maximum(later / later.sum(), max(1e-4, 0.5 / later.sum()))
    return float(np.sum((b - a) * np.log(b / a)))


def chance(before, later):
    used = np.count_nonzero(np.asarray(before) + np.asarray(later))
    return float(chi2.ppf(0.99, used - 1) * (1 / np.sum(before) + 1 / np.sum(later)))


def bins_of_numbers(values, edges):
    present = values[~np.isnan(values)]
    counts = np.bincount(np.digitize(present, edges, right=True), minlength=len(edges) + 1)
    return [*counts.tolist(), int(np.isnan(values).sum())]


def numbers(name, values, later):
    edges = np.unique(np.quantile(values[~np.isnan(values)], np.arange(1, 10) / 10))
    before, after = bins_of_numbers(values, edges), bins_of_numbers(later, edges)
    cells = [[None if np.isnan(x) else float(x) for x in column] for column in (values, later)]
    return {"column": name, "rows": cells[0], "later": cells[1], "edges": edges.tolist(), "counts": before[:-1],
            "psi": psi(before, after), "chance": chance(before, after),
            "missing": [before[-1] / len(values), after[-1] / len(later)], "unseen": 0.0}


def bins_of_words(cells, top):
    return [*(cells.count(word) for word in top), sum(cell not in (*top, "") for cell in cells), cells.count("")]


def words(name, cells, later):
    counts = {word: cells.count(word) for word in sorted(set(cells) - {""})}
    top = sorted(counts, key=lambda word: -counts[word])[:20]
    before, after = bins_of_words(cells, top), bins_of_words(later, top)
    return {"column": name, "rows": cells, "later": later, "psi": psi(before, after), "chance": chance(before, after),
            "missing": [before[-1] / len(cells), after[-1] / len(later)],
            "unseen": sum(cell not in counts and cell != "" for cell in later) / len(later)}


def drawn(key, rows):
    return uniform(key, [rows, 4]).astype(np.float64)


def some_missing(values, key, share):
    return np.where(uniform(key, [len(values)]) < 2 * share - 1, np.nan, values)


def some_words(key, rows, spread):
    return [WORDS[int(i)] for i in np.minimum(np.abs(drawn(key, rows).sum(1)) * spread, 29)]


def columns():
    same, shifted = drawn("train", ROWS).sum(1), drawn("later", LATER).sum(1)
    few = np.round(3 * drawn("few", ROWS)[:, 0])
    many_words = some_words("many", ROWS, 12)
    return [
        numbers("same", same, shifted),
        numbers("shifted", same, shifted + 1.0),
        numbers("wider", same, 3 * shifted),
        numbers("heavy", np.sign(same) * np.abs(same) ** -2.0, np.sign(shifted) * np.abs(shifted) ** -2.0),
        numbers("few values", few, np.round(3 * drawn("few later", LATER)[:, 0])),
        numbers("a value more", few, np.round(4 * drawn("more later", LATER)[:, 0])),
        numbers("missing", some_missing(same, "gaps", 0.1), some_missing(shifted, "later gaps", 0.4)),
        words("colours", some_words("colours", ROWS, 1.5), some_words("colours later", LATER, 1.5)),
        words("other shares", some_words("colours", ROWS, 1.5), some_words("colours later", LATER, 4.0)),
        words("many words", many_words, some_words("many later", LATER, 12)),
        words("new words", some_words("colours", ROWS, 1.5), ["new", "", "w0", "w1"] * (LATER // 4)),
        words("gaps", [w if i % 5 else "" for i, w in enumerate(some_words("colours", ROWS, 1.5))],
              some_words("colours later", LATER, 1.5)),
    ]


if __name__ == "__main__":
    write("numpy_drift.json", {"source": source("numpy", "scipy"), "columns": columns()})
