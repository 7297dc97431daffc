"""Scores of predictions, one function for all methods."""
import numpy as np
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score


def score(split, part, prediction):
    """Gives rmse of values, or log_loss, accuracy and, for two classes, roc_auc of (N, classes) probabilities."""
    y = split.y[part]
    if split.task == "regression":
        return {"rmse": float(np.sqrt(np.mean((np.asarray(prediction, np.float64).reshape(-1) - y) ** 2)))}
    prediction = np.asarray(prediction, np.float64)
    prediction = prediction / prediction.sum(axis=1, keepdims=True)
    labels = np.arange(len(split.classes))
    scores = {"log_loss": float(log_loss(y, prediction, labels=labels)),
              "accuracy": float(accuracy_score(y, prediction.argmax(axis=1)))}
    if len(labels) == 2:
        scores["roc_auc"] = float(roc_auc_score(y, prediction[:, 1]))
    return scores


def main_metric(task):
    return "rmse" if task == "regression" else "log_loss"
