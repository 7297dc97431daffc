"""Network peers as their authors run them: rtdl's ResNet, TabM, RealMLP.

Each function takes a split, a seed, threads, a deadline and parameters that replace defaults, and returns what predicts
a part. None of them takes missing numbers: those become the training median, with an indicator column beside it.
"""
import copy
import math

import numpy as np
import pandas as pd
import torch
from sklearn.preprocessing import QuantileTransformer

from .deadline import NO_DEADLINE, Deadline

EPOCHS = 200
PATIENCE = 16
MOST_LEVELS = 512  # that a column is one-hot encoded for; the rarest others are one with "missing or unseen"


def indicators(split):
    """Gives {part: (N, c) float32}, one column for each number that some training row lacks."""
    columns = [c for c in split.numbers if split.x["train"][c].isna().any()]
    return {part: rows[columns].isna().to_numpy(np.float32) for part, rows in split.x.items()}


def quantile_numbers(split, seed):
    """Gives {part: (N, numbers + indicators) float32}: normal quantiles as in rtdl's papers, constant columns dropped.

    Fitted on x + noise n, n standard normal, noise = 1e-3 / max(deviation, 1e-3), with max(min(N / 30, 1000), 10)
    quantiles over all rows.
    """
    columns = [c for c in split.numbers if split.x["train"][c].nunique() > 1]
    missing = indicators(split)
    if not columns:
        return missing
    train = split.x["train"][columns].to_numpy(np.float64)
    noise = 1e-3 / np.maximum(np.nanstd(train, axis=0), 1e-3)
    fitted = train + noise * np.random.default_rng(seed).standard_normal(train.shape)
    transformer = QuantileTransformer(n_quantiles=max(min(len(train) // 30, 1000), 10), output_distribution="normal",
                                      subsample=None).fit(fitted)
    return {part: np.hstack([np.nan_to_num(transformer.transform(rows[columns].to_numpy(np.float64))),
                             missing[part]]).astype(np.float32) for part, rows in split.x.items()}


def codes(split):
    """Gives {part: (N, categories) int64} and the numbers of levels; the last level of each is "missing or unseen".

    A column keeps its MOST_LEVELS most frequent levels.
    """
    kept = {c: split.x["train"][c].value_counts().index[:MOST_LEVELS].sort_values() for c in split.categories}
    levels = [len(kept[c]) + 1 for c in split.categories]
    parts = {}
    for part, rows in split.x.items():
        columns = [rows[c].cat.set_categories(kept[c]).cat.codes.to_numpy(np.int64) for c in split.categories]
        columns = [np.where(column < 0, count - 1, column) for column, count in zip(columns, levels)]
        parts[part] = np.stack(columns, axis=1) if columns else np.zeros((len(rows), 0), np.int64)
    return parts, levels


def rows_of(split, seed):
    """Gives {part: (numbers, codes)} as tensors, and the numbers of levels."""
    numbers, (categories, levels) = quantile_numbers(split, seed), codes(split)
    return {part: (torch.from_numpy(numbers[part]), torch.from_numpy(categories[part])) for part in numbers}, levels


class Trained:
    """Trains a network with outputs (N, d) or (N, k, d), patience and the best epoch kept; predictions are averaged
    over k."""

    def __init__(self, split, parts, network, optimizer, batch_size=256, clip_norm=None):
        self.split, self.parts, self.network, self.optimizer = split, parts, network, optimizer
        self.batch_size, self.clip_norm = batch_size, clip_norm
        y = split.y["train"]
        self.mean, self.deviation = (0.0, 1.0) if split.classes else (y.mean(), y.std())
        self.y = torch.tensor(y) if split.classes else torch.tensor((y - self.mean) / self.deviation).float()

    def loss(self, output, y):
        if output.ndim == 3:
            y = y[:, None].expand(-1, output.shape[1]).flatten()
            output = output.flatten(0, 1)
        if self.split.classes:
            return torch.nn.functional.cross_entropy(output, y)
        return torch.nn.functional.mse_loss(output.squeeze(-1), y)

    def epoch(self):
        self.network.train()
        for rows in torch.randperm(len(self.y)).split(self.batch_size):
            if len(rows) == 1:
                continue  # batch norm has no variance of one row
            self.optimizer.zero_grad()
            self.loss(self.network(*(x[rows] for x in self.parts["train"])), self.y[rows]).backward()
            if self.clip_norm:
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.clip_norm)
            self.optimizer.step()

    @torch.no_grad()
    def __call__(self, part):
        """Predicts values (N) or probabilities (N, classes)."""
        self.network.eval()
        outputs = []
        for rows in torch.arange(len(self.split.y[part])).split(1024):
            output = self.network(*(x[rows] for x in self.parts[part]))
            output = output.softmax(-1) if self.split.classes else output
            outputs.append(output.mean(1) if output.ndim == 3 else output)
        output = torch.cat(outputs).double().numpy()
        return output if self.split.classes else output.squeeze(1) * self.deviation + self.mean

    def fit(self, deadline):
        """Trains until the patience is used up or, after the first epoch, the deadline is near."""
        from .scores import main_metric, score
        best, best_state, waited, longest = math.inf, None, 0, 0.0
        for _ in range(EPOCHS):
            if best_state and deadline.left() < longest:
                break
            begin = deadline.used()
            self.epoch()
            value = score(self.split, "val", self("val"))[main_metric(self.split.task)]
            waited += 1
            if value < best:
                best, best_state, waited = value, copy.deepcopy(self.network.state_dict()), 0
            longest = max(longest, deadline.used() - begin)
            if waited >= PATIENCE:
                break
        self.network.load_state_dict(best_state)
        return self


class OneHot(torch.nn.Module):
    """Puts one-hot categories beside the numbers; "missing or unseen" is all zeros."""

    def __init__(self, levels, network):
        super().__init__()
        self.levels, self.network = levels, network

    def forward(self, numbers, categories):
        hot = [torch.nn.functional.one_hot(categories[:, i], count)[:, :-1] for i, count in enumerate(self.levels)]
        return self.network(torch.cat([numbers, *(h.to(numbers.dtype) for h in hot)], dim=1))


def rtdl_resnet(split, seed, threads, deadline=NO_DEADLINE, lr=1e-3, weight_decay=1e-5, n_blocks=4, d_block=192,
                d_hidden_multiplier=2.0, dropout1=0.15, dropout2=0.0):
    from rtdl_revisiting_models import ResNet
    _seed(seed, threads)
    parts, levels = rows_of(split, seed)
    width = parts["train"][0].shape[1] + sum(levels) - len(levels)
    network = OneHot(levels, ResNet(d_in=width, d_out=max(len(split.classes), 1), n_blocks=n_blocks, d_block=d_block,
                                    d_hidden_multiplier=d_hidden_multiplier, dropout1=dropout1, dropout2=dropout2))
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=weight_decay)
    return Trained(split, parts, network, optimizer).fit(deadline)


class _TabM(torch.nn.Module):
    """Hides the absent kind of column from TabM."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, numbers, categories):
        return self.network(numbers if numbers.shape[1] else None, categories if categories.shape[1] else None)


def tabm(split, seed, threads, deadline=NO_DEADLINE, lr=2e-3, weight_decay=3e-4, n_bins=48, d_embedding=16, **backbone):
    """Trains TabM with piecewise-linear embeddings, k = 32, all members on the same batches."""
    from rtdl_num_embeddings import PiecewiseLinearEmbeddings, compute_bins
    from tabm import TabM
    _seed(seed, threads)
    parts, levels = rows_of(split, seed)
    numbers = parts["train"][0]
    bins = compute_bins(numbers, n_bins=min(n_bins, len(numbers) - 1))
    embeddings = PiecewiseLinearEmbeddings(bins, d_embedding, activation=False, version="B")
    network = _TabM(TabM.make(n_num_features=numbers.shape[1], cat_cardinalities=levels,
                              d_out=max(len(split.classes), 1), num_embeddings=embeddings, **backbone))
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=weight_decay)
    return Trained(split, parts, network, optimizer).fit(deadline)


def realmlp(split, seed, threads, deadline=NO_DEADLINE, **parameters):
    """Trains RealMLP-TD; for classes with its authors' advice for log loss: choose by it, no label smoothing.

    Its schedule needs the number of epochs, which is as many as the deadline allows by the time of the first two.
    """
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor
    _seed(seed, threads)
    median = split.x["train"][split.numbers].median()
    features, missing = {}, indicators(split)
    for part, rows in split.x.items():
        more = pd.DataFrame(missing[part], index=rows.index).add_prefix("missing_")
        features[part] = pd.concat([rows.fillna(median), more], axis=1)
    kind = RealMLP_TD_Classifier if split.classes else RealMLP_TD_Regressor
    advice = {"val_metric_name": "cross_entropy", "use_ls": False} if split.classes else {}

    def fitted(**more):
        model = kind(device="cpu", random_state=seed, n_threads=threads, verbosity=0,
                     **{**advice, **parameters, **more})
        return model.fit(features["train"], split.y["train"], features["val"], split.y["val"])

    if deadline is NO_DEADLINE:
        model = fitted()
    else:
        begin = Deadline()
        fitted(n_epochs=1)
        once = begin.used()
        fitted(n_epochs=3)
        epoch = max((begin.used() - 2 * once) / 2, 1e-3)
        model = fitted(n_epochs=int(np.clip((deadline.left() - once) / epoch, 1, 256)))
    return lambda part: (model.predict_proba if split.classes else model.predict)(features[part])


def _seed(seed, threads):
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
