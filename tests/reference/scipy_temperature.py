"""Make the fixture of temperatures: minima of the log loss by SciPy, for classes, labels and ordered classes."""
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax

from fill import uniform
from fixture_json import source, write


def least(loss):
    """Return the temperature of the least loss, and the losses at 1 and there."""
    found = minimize_scalar(lambda log: loss(np.exp(log)), bounds=np.log([0.05, 20]), method="bounded",
                            options={"xatol": 1e-12})
    return {"temperature": float(np.exp(found.x)), "before": float(loss(1)), "after": float(loss(np.exp(found.x)))}


def classes_loss(logits, target):
    return lambda t: -log_softmax(logits / t, axis=1)[np.arange(len(target)), target].mean()


def ordinal_loss(logits, target):
    def loss(t):
        above = expit(logits / t)
        ends = np.ones((len(target), 1))
        chances = -np.diff(np.hstack([ends, above, 0 * ends]), axis=1)
        return -np.log(chances[np.arange(len(target)), target]).mean()
    return loss


def numbers(key, shape):
    return uniform(key, shape).astype(np.float64)


def classes(scale, rows=60, count=4):
    """Logits of random rows, whose classes are drawn with logits that are smaller by the factor `scale`."""
    logits = 3 * numbers(f"logits {scale}", [rows, count])
    noise = -np.log(-np.log((numbers(f"noise {scale}", [rows, count]) + 1) / 2 * 0.999 + 5e-4))
    target = np.argmax(logits / scale + noise, axis=1)
    return {"logits": logits.tolist(), "target": target.tolist(), **least(classes_loss(logits, target))}


def labels(scale, rows=80):
    logits = 4 * numbers(f"odds {scale}", [rows])
    target = (expit(logits / scale) > (numbers(f"draw {scale}", [rows]) + 1) / 2).astype(int)
    pairs = np.stack([np.zeros(rows), logits], 1)
    return {"logits": logits.tolist(), "target": target.tolist(), **least(classes_loss(pairs, target))}


def ordinal(scale, rows=70, count=5):
    centre = 4 * numbers(f"centre {scale}", [rows, 1])
    logits = centre - np.linspace(-3, 3, count - 1)
    target = (expit(logits / scale) > (numbers(f"rank {scale}", [rows, 1]) + 1) / 2).sum(1)
    return {"logits": logits.tolist(), "target": target.tolist(), **least(ordinal_loss(logits, target))}


if __name__ == "__main__":
    write("scipy_temperature.json", {"source": source("scipy", "numpy"),
                                     "classes": [classes(scale) for scale in [0.4, 1.0, 2.5]],
                                     "labels": [labels(scale) for scale in [0.5, 3.0]],
                                     "ordinal": [ordinal(scale) for scale in [0.6, 2.0]]})
