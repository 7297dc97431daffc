"""Make the fixture of the metrics: scikit-learn's, for targets and predictions with ties and extreme values."""
import warnings

import numpy as np
from scipy.special import expit, softmax
from sklearn import metrics
from sklearn.calibration import calibration_curve

from fill import uniform
from fixture_json import source, write


def weights(rows):
    """Return row weights between 0 and 2, some of them 0."""
    return np.maximum(1 + 1.2 * uniform("weight", [rows]).astype(np.float64), 0)


def regression_figures(target, prediction, weight=None):
    return {"rmse": metrics.root_mean_squared_error(target, prediction, sample_weight=weight),
            "mae": metrics.mean_absolute_error(target, prediction, sample_weight=weight),
            "r2": metrics.r2_score(target, prediction, sample_weight=weight),
            "pinball_0.2": metrics.mean_pinball_loss(target, prediction, alpha=0.2, sample_weight=weight)}


def regression():
    target = 3 * uniform("target", [24]).astype(np.float64)
    prediction = target + uniform("error", [24])
    weight = weights(24)
    return {"target": target.tolist(), "prediction": prediction.tolist(), "weight": weight.tolist(),
            "plain": regression_figures(target, prediction),
            "weighted": regression_figures(target, prediction, weight)}


def several_targets():
    """Return a case with three targets: the mean of each metric over them, and the metric of each."""
    target = 3 * uniform("targets", [16, 3]).astype(np.float64) + [0, 5, -2]
    prediction = target + uniform("errors", [16, 3]) * [1, 2, 0.1]
    weight = weights(16)
    return {"target": target.tolist(), "prediction": prediction.tolist(), "weight": weight.tolist(),
            "plain": regression_figures(target, prediction),
            "weighted": regression_figures(target, prediction, weight),
            "r2_each": metrics.r2_score(target, prediction, multioutput="raw_values").tolist()}


def binary_figures(target, probability, weight=None):
    guess = (probability > 0.5).astype(int)
    return {"accuracy": metrics.accuracy_score(target, guess, sample_weight=weight),
            "balanced_accuracy": metrics.balanced_accuracy_score(target, guess, sample_weight=weight),
            "f1": metrics.f1_score(target, guess, sample_weight=weight),
            "f1_macro": metrics.f1_score(target, guess, average="macro", sample_weight=weight),
            "log_loss": metrics.log_loss(target, probability, sample_weight=weight),
            "brier": metrics.brier_score_loss(target, probability, sample_weight=weight),
            "calibration_error": calibration_error(probability, target, weight),
            "roc_auc": metrics.roc_auc_score(target, probability, sample_weight=weight),
            "pr_auc": metrics.average_precision_score(target, probability, sample_weight=weight)}


def curves(target, probability, weight):
    """Return the curves with every threshold; infinity, which JSON does not have, is left out."""
    def numbers(*arrays):
        return [array.tolist() for array in arrays]

    fpr, tpr, thresholds = metrics.roc_curve(target, probability, drop_intermediate=False)
    weighted_fpr, weighted_tpr, _ = metrics.roc_curve(target, probability, drop_intermediate=False, sample_weight=weight)
    return {"roc": numbers(fpr, tpr, thresholds[1:]), "roc_weighted": numbers(weighted_fpr, weighted_tpr),
            "pr": numbers(*metrics.precision_recall_curve(target, probability)),
            "pr_weighted": numbers(*metrics.precision_recall_curve(target, probability, sample_weight=weight)),
            "calibration_uniform_10": numbers(*calibration_curve(target, probability, n_bins=10)),
            "calibration_uniform_3": numbers(*calibration_curve(target, probability, n_bins=3)),
            "calibration_quantile_5": numbers(*calibration_curve(target, probability, n_bins=5, strategy="quantile"))}


def calibration_error(probability, right, weight=None, bins=15):
    """Return sum_b (n_b / n) |right_b - sure_b|, bin by bin; only the first bin includes its lower edge."""
    weight = np.ones(len(right)) if weight is None else weight
    error = 0
    for b in range(bins):
        rows = (probability <= (b + 1) / bins) & ((probability > b / bins) | (b == 0))
        error += abs((weight * (right - probability))[rows].sum()) / weight.sum()
    return error


def best_cuts(target, probability, weight=None):
    """Return the best value of each metric over all thresholds, by trying each one."""
    figures = {"accuracy": metrics.accuracy_score, "balanced_accuracy": metrics.balanced_accuracy_score,
               "f1": metrics.f1_score}
    thresholds = np.append(np.unique(probability), 2)
    return {name: max(figure(target, (probability >= t).astype(int), sample_weight=weight) for t in thresholds)
            for name, figure in figures.items()}


def binary():
    """Return a case with probabilities of class 1 on a coarse grid: ties between the classes, a certain hit, a certain miss."""
    target = (uniform("class", [24]) > 0.3).astype(int)
    score = 0.5 + 0.6 * uniform("score", [24]).astype(np.float64) + 0.3 * (target - 0.5)
    probability = np.clip(np.round(5 * score) / 10 + 0.1, 0.1, 0.9)
    probability[target.argmax()], probability[-1] = 1.0, 1.0 - target[-1]
    weight = weights(24)
    return {"target": target.tolist(), "probability": probability.tolist(), "weight": weight.tolist(),
            "plain": binary_figures(target, probability), "weighted": binary_figures(target, probability, weight),
            "curves": curves(target, probability, weight), "best": best_cuts(target, probability),
            "best_weighted": best_cuts(target, probability, weight)}


def multiclass_figures(target, probability, weight=None):
    guess = probability.argmax(1)
    return {"accuracy": metrics.accuracy_score(target, guess, sample_weight=weight),
            "balanced_accuracy": metrics.balanced_accuracy_score(target, guess, sample_weight=weight),
            "f1_macro": metrics.f1_score(target, guess, average="macro", sample_weight=weight),
            "log_loss": metrics.log_loss(target, probability, sample_weight=weight),
            "brier": metrics.brier_score_loss(target, probability, sample_weight=weight),
            "calibration_error": calibration_error(probability.max(1), guess == target, weight),
            "roc_auc": metrics.roc_auc_score(target, probability, multi_class="ovr", sample_weight=weight),
            "pr_auc": metrics.average_precision_score(target, probability, sample_weight=weight)}


def multiclass():
    """Return a case with four classes of unequal size; `roc_auc` is one against the rest, the unweighted mean over classes."""
    target = np.digitize(uniform("label", [40]), [-0.2, 0.3, 0.8])
    scores = uniform("scores", [40, 4]).astype(np.float64)
    scores[np.arange(40), target] += 0.8
    probability = softmax(2 * scores, axis=1)
    weight = weights(40)
    return {"target": target.tolist(), "probability": probability.tolist(), "weight": weight.tolist(),
            "plain": multiclass_figures(target, probability),
            "weighted": multiclass_figures(target, probability, weight),
            "confusion": metrics.confusion_matrix(target, probability.argmax(1)).tolist(),
            "confusion_weighted": metrics.confusion_matrix(target, probability.argmax(1), sample_weight=weight).tolist()}


def top_k():
    """Return a case with 12 classes whose scores have many ties."""
    target = np.floor(6 * (uniform("top class", [40]) + 1)).astype(int)
    score = np.round(4 * uniform("top scores", [40, 12]).astype(np.float64))
    probability = softmax(score + (np.arange(12) == target[:, None]), axis=1)
    weight = weights(40)

    def figures(weight=None):
        return {f"top_{k}": metrics.top_k_accuracy_score(target, probability, k=k, labels=range(12), sample_weight=weight)
                for k in (1, 2, 5, 11)}
    return {"target": target.tolist(), "probability": probability.tolist(), "weight": weight.tolist(),
            "plain": figures(), "weighted": figures(weight)}


def ordinal_figures(target, guess, weight=None):
    return {"mae": metrics.mean_absolute_error(target, guess, sample_weight=weight),
            "quadratic_kappa": metrics.cohen_kappa_score(target, guess, labels=range(5), weights="quadratic",
                                                         sample_weight=weight)}


def ordinal():
    """Return a case with five ordered classes, of which class 3 occurs neither as target nor as prediction."""
    target = np.digitize(uniform("grade", [30]), [-0.4, 0.1, 0.5])
    target[target == 3] = 4
    guess = np.clip(target + np.rint(1.3 * uniform("slip", [30])).astype(int), 0, 4)
    guess[guess == 3] = 2
    weight = weights(30)
    return {"target": target.tolist(), "guess": guess.tolist(), "weight": weight.tolist(),
            "plain": ordinal_figures(target, guess), "weighted": ordinal_figures(target, guess, weight)}


def multilabel_figures(target, probability, weight=None):
    guess = (probability > 0.5).astype(int)
    return {"f1_macro": metrics.f1_score(target, guess, average="macro", sample_weight=weight),
            "roc_auc_macro": metrics.roc_auc_score(target, probability, average="macro", sample_weight=weight),
            "pr_auc_macro": metrics.average_precision_score(target, probability, average="macro", sample_weight=weight),
            "subset_accuracy": metrics.accuracy_score(target, guess, sample_weight=weight),
            "hamming_loss": metrics.hamming_loss(target, guess, sample_weight=weight)}


def multilabel():
    target = (uniform("labels", [30, 3]) > [0.2, -0.3, 0.5]).astype(int)
    probability = expit(2 * (target - 0.5) + 3 * uniform("label scores", [30, 3]).astype(np.float64))
    weight = weights(30)
    return {"target": target.tolist(), "probability": probability.tolist(), "weight": weight.tolist(),
            "plain": multilabel_figures(target, probability),
            "weighted": multilabel_figures(target, probability, weight)}


def absent_class():
    """Return a case where class 2 of three never occurs as a target: balanced accuracy excludes it from the mean."""
    target, guess = [0, 0, 1, 1, 1], [0, 2, 1, 1, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {"target": target, "guess": guess, "accuracy": metrics.accuracy_score(target, guess),
                "balanced_accuracy": metrics.balanced_accuracy_score(target, guess),
                "f1_macro": metrics.f1_score(target, guess, average="macro")}


if __name__ == "__main__":
    write("sklearn_metrics.json", {"source": source("scikit-learn", "numpy"), "regression": regression(),
                                   "several_targets": several_targets(), "binary": binary(),
                                   "multiclass": multiclass(), "top_k": top_k(), "ordinal": ordinal(),
                                   "multilabel": multilabel(),
                                   "absent_class": absent_class()})
