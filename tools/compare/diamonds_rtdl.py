"""Train rtdl's tabular ResNet on the diamonds table and print its test error: the figure to compare with.

    python diamonds_rtdl.py [diamonds.csv.gz] [--epochs 20] [--seed 0] [--threads 2] [--noise 0] [--out model.pt]

Rows i with i % 5 == 0 are the test, i % 5 == 1 the validation; the best epoch on validation counts.
Numbers go through scikit-learn's QuantileTransformer (normal, 1000 quantiles, all rows; --noise adds
normal noise of that deviation, 1e-3 in rtdl's papers, to the rows it is fitted on), categories are
one-hot, the price is standardised. AdamW, learning rate 1e-3, weight decay 1e-5 on everything,
batch 256, a last short batch included. Printed `seconds` are those of training, `total_seconds`
those of all but the imports.
Needs tests/reference/requirements.txt.
"""
import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from rtdl_revisiting_models import ResNet
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

TABLE = Path(__file__).parents[2] / "examples" / "data" / "diamonds.csv.gz"
TARGET = "price"
BATCH_SIZE = 256


class Encoder:
    """Quantiles to normal of the numbers, one column a word of the others."""

    def __init__(self, rows, noise=0.0, seed=0):
        self.numeric = list(rows.select_dtypes("number"))
        self.categorical = list(rows.select_dtypes(exclude="number"))
        numbers = rows[self.numeric].to_numpy(np.float64)
        numbers = numbers + noise * np.random.default_rng(seed).standard_normal(numbers.shape)
        self.quantiles = QuantileTransformer(n_quantiles=1000, output_distribution="normal", subsample=None).fit(numbers)
        self.one_hot = OneHotEncoder(sparse_output=False).fit(rows[self.categorical])

    def __call__(self, rows):
        return np.hstack([self.quantiles.transform(rows[self.numeric].to_numpy(np.float64)),
                          self.one_hot.transform(rows[self.categorical])])


def network(columns):
    return ResNet(d_in=columns, d_out=1, n_blocks=4, d_block=192, d_hidden_multiplier=2.0, dropout1=0.15, dropout2=0.0)


def encode(table, train, noise, seed):
    """Give features and standardised target as float32 tensors, and the target's mean and deviation."""
    rows = table.drop(columns=TARGET)
    features = Encoder(rows[train], noise, seed)(rows)
    target = table[TARGET].to_numpy(np.float64)
    mean, deviation = target[train].mean(), target[train].std()
    as_tensor = lambda array: torch.from_numpy(array.astype(np.float32))
    return as_tensor(features), as_tensor((target - mean) / deviation), mean, deviation


def train_epoch(model, optimizer, x, y):
    model.train()
    for rows in torch.randperm(len(x)).split(BATCH_SIZE):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x[rows]).squeeze(1), y[rows]).backward()
        optimizer.step()


@torch.no_grad()
def predict(model, x):
    return torch.cat([model.eval()(part).squeeze(1) for part in x.split(8192)])


def fit(model, x, y, train, validation, epochs):
    """Train, and leave the model with the weights of the epoch that was best on validation."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-5)
    best_error, best_state = float("inf"), None
    for epoch in range(epochs):
        train_epoch(model, optimizer, x[train], y[train])
        error = (predict(model, x[validation]) - y[validation]).square().mean().item()
        if error < best_error:
            best_error, best_state, best_epoch = error, copy.deepcopy(model.state_dict()), epoch + 1
    model.load_state_dict(best_state)
    return best_epoch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table", nargs="?", default=TABLE, type=Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--out", type=Path, help="save the weights here")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    begun = time.perf_counter()
    table = pd.read_csv(options.table)
    fold = np.arange(len(table)) % 5
    train, validation, test = fold > 1, fold == 1, fold == 0
    x, y, mean, deviation = encode(table, train, options.noise, options.seed)
    model = network(x.shape[1])
    started = time.perf_counter()
    best_epoch = fit(model, x, y, train, validation, options.epochs)
    seconds = time.perf_counter() - started

    target = table[TARGET].to_numpy(np.float64)[test]
    error = predict(model, x[test]).double().numpy() * deviation + mean - target
    if options.out:
        torch.save(model.state_dict(), options.out)
    print(json.dumps({"rmse": round(float(np.sqrt(np.mean(error**2))), 2),
                      "r2": round(float(1 - np.mean(error**2) / target.var()), 5),
                      "seconds": round(seconds, 1),
                      "total_seconds": round(time.perf_counter() - begun, 1), "epochs": options.epochs, "best_epoch": best_epoch,
                      "seed": options.seed, "noise": options.noise}))


if __name__ == "__main__":
    main()
