"""Make the fixture of the metrics: scikit-learn's, on targets and predictions with ties and extremes."""
import warnings

import numpy as np
from scipy.special import softmax
from sklearn import metrics

from fill import uniform
from fixture_json import source, write


def regression():
    target = 3 * uniform("target", [24]).astype(np.float64)
    prediction = target + uniform("error", [24])
    return {"target": target.tolist(), "prediction": prediction.tolist(),
            "rmse": metrics.root_mean_squared_error(target, prediction),
            "mae": metrics.mean_absolute_error(target, prediction), "r2": metrics.r2_score(target, prediction)}


def binary():
    """Probabilities of class 1 on a coarse grid: ties across the classes, a certain hit, a certain miss."""
    target = (uniform("class", [24]) > 0.3).astype(int)
    score = 0.5 + 0.6 * uniform("score", [24]).astype(np.float64) + 0.3 * (target - 0.5)
    probability = np.clip(np.round(5 * score) / 10 + 0.1, 0.1, 0.9)
    probability[target.argmax()], probability[-1] = 1.0, 1.0 - target[-1]
    guess = (probability > 0.5).astype(int)
    return {"target": target.tolist(), "probability": probability.tolist(),
            "accuracy": metrics.accuracy_score(target, guess),
            "balanced_accuracy": metrics.balanced_accuracy_score(target, guess),
            "log_loss": metrics.log_loss(target, probability), "roc_auc": metrics.roc_auc_score(target, probability)}


def multiclass():
    """Four classes of unequal size; `roc_auc` is one against the rest, the plain mean over classes."""
    target = np.digitize(uniform("label", [40]), [-0.2, 0.3, 0.8])
    scores = uniform("scores", [40, 4]).astype(np.float64)
    scores[np.arange(40), target] += 0.8
    probability = softmax(2 * scores, axis=1)
    guess = probability.argmax(1)
    return {"target": target.tolist(), "probability": probability.tolist(),
            "accuracy": metrics.accuracy_score(target, guess),
            "balanced_accuracy": metrics.balanced_accuracy_score(target, guess),
            "log_loss": metrics.log_loss(target, probability),
            "roc_auc": metrics.roc_auc_score(target, probability, multi_class="ovr", average="macro")}


def absent_class():
    """Class 2 of three never occurs as a target: balanced accuracy leaves it out of the mean."""
    target, guess = [0, 0, 1, 1, 1], [0, 2, 1, 1, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {"target": target, "guess": guess, "accuracy": metrics.accuracy_score(target, guess),
                "balanced_accuracy": metrics.balanced_accuracy_score(target, guess)}


if __name__ == "__main__":
    write("sklearn_metrics.json", {"source": source("scikit-learn", "numpy"), "regression": regression(),
                                   "binary": binary(), "multiclass": multiclass(), "absent_class": absent_class()})
