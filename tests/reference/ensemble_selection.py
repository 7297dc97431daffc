"""Make the fixture of ensemble selection: greedy, with replacement, by RMSE and by log loss, in NumPy."""
import numpy as np

from fill import uniform
from fixture_json import short, source, write

ROUNDS = 12


def selected(losses_of, models):
    """Return the weights and the loss of the best ensemble of all rounds; `losses_of` takes counts."""
    counts, best = np.zeros(models, int), None
    for _ in range(ROUNDS):
        tried = [losses_of(counts + np.eye(models, dtype=int)[i]) for i in range(models)]
        counts[int(np.argmin(tried))] += 1
        if best is None or min(tried) < best[1]:
            best = counts / counts.sum(), min(tried)
    return [short(weight) for weight in best[0]], short(best[1])


def numbers():
    """Predictions of a number that err in different directions."""
    truth = uniform("truth", [40]).astype(float)
    guesses = np.stack([truth * (0.6 + 0.2 * i) + (0.2 + 0.1 * i) * uniform(f"error {i}", [40]).astype(float)
                        for i in range(5)])
    guesses = np.round(guesses, 6)

    def loss(counts):
        return np.sqrt(np.mean((np.tensordot(counts / counts.sum(), guesses, 1) - truth) ** 2))
    return truth, guesses, loss


def classes():
    """Logits of three classes, and the log loss of the averaged probabilities."""
    truth = np.arange(45) % 3
    logits = np.stack([uniform(f"logits {i}", [45, 3]).astype(float) * 4 for i in range(4)])
    for i in range(4):
        logits[i, np.arange(45), truth] += 0.5 * i
    logits = np.round(logits, 6)
    chances = np.exp(logits) / np.exp(logits).sum(2, keepdims=True)

    def loss(counts):
        mean = np.tensordot(counts / counts.sum(), chances, 1)
        return -np.mean(np.log(mean[np.arange(45), truth]))
    return truth, logits, loss


def record(truth, outputs, loss):
    weights, value = selected(loss, len(outputs))
    singles = [short(loss(row)) for row in np.eye(len(outputs), dtype=int)]
    return {"truth": [float(t) for t in truth], "outputs": outputs.tolist(), "singles": singles, "weights": weights,
            "value": value}


if __name__ == "__main__":
    write("ensemble_selection.json", {"source": source("numpy"), "rounds": ROUNDS, "numbers": record(*numbers()),
                                      "classes": record(*classes())})
