"""Search spaces of the tuned class: uniform, log-uniform and choices, drawn independently; trial 0 is the defaults.

Sources: LightGBM, XGBoost, CatBoost and histogram boosting follow Grinsztajn et al. (2022, arXiv 2207.08815,
appendix) and Gorishniy et al. (2021, arXiv 2106.11959, appendix), narrowed to what counts most; the latter has the
ResNet's. TabM: Gorishniy et al. (2025, arXiv 2410.24210, appendix). RealMLP: Holzmüller et al. (2024, arXiv
2407.04491, appendix), as pytabkit draws it.
"""
import numpy as np


def _log(low, high):
    return lambda draw: float(np.exp(draw.uniform(np.log(low), np.log(high))))


def _log_integer(low, high):
    return lambda draw: int(round(_log(low, high)(draw)))


def _uniform(low, high):
    return lambda draw: float(draw.uniform(low, high))


def _integer(low, high):
    return lambda draw: int(draw.integers(low, high + 1))


def _choice(*values):
    return lambda draw: values[int(draw.integers(len(values)))]


def _zero_or(other):
    """Gives 0 half of the time."""
    return lambda draw: 0.0 if draw.uniform() < 0.5 else other(draw)


SPACES = {
    "hist_gradient_boosting": {
        "learning_rate": _log(1e-2, 0.3), "max_leaf_nodes": _log_integer(7, 255), "max_depth": _choice(None, 4, 8, 12),
        "min_samples_leaf": _log_integer(2, 100), "l2_regularization": _zero_or(_log(1e-8, 10.0))},
    "lightgbm": {
        "learning_rate": _log(1e-2, 0.3), "num_leaves": _log_integer(7, 255), "min_child_samples": _log_integer(2, 100),
        "subsample": _uniform(0.5, 1.0), "subsample_freq": _choice(1), "colsample_bytree": _uniform(0.5, 1.0),
        "reg_lambda": _zero_or(_log(1e-8, 10.0))},
    "xgboost": {
        "learning_rate": _log(1e-2, 0.3), "max_depth": _integer(3, 10), "min_child_weight": _log(1e-2, 100.0),
        "subsample": _uniform(0.5, 1.0), "colsample_bytree": _uniform(0.5, 1.0), "gamma": _zero_or(_log(1e-8, 7.0)),
        "reg_lambda": _log(1e-2, 10.0)},
    "catboost": {
        "learning_rate": _log(1e-2, 0.3), "depth": _integer(3, 10), "l2_leaf_reg": _log(1.0, 10.0),
        "bagging_temperature": _uniform(0.0, 1.0), "leaf_estimation_iterations": _integer(1, 10)},
    "rtdl_resnet": {
        "lr": _log(1e-5, 1e-2), "weight_decay": _zero_or(_log(1e-6, 1e-3)), "n_blocks": _integer(1, 8),
        "d_block": _integer(64, 512), "d_hidden_multiplier": _uniform(1.0, 4.0), "dropout1": _uniform(0.0, 0.5),
        "dropout2": _zero_or(_uniform(0.0, 0.5))},
    "tabm": {
        "lr": _log(1e-4, 5e-3), "weight_decay": _zero_or(_log(1e-4, 1e-1)), "n_blocks": _integer(1, 4),
        "d_block": lambda draw: 16 * int(draw.integers(4, 65)), "dropout": _zero_or(_uniform(0.0, 0.5)),
        "n_bins": _integer(8, 128), "d_embedding": lambda draw: 4 * int(draw.integers(2, 9))},
    "realmlp": {
        "lr": _log(2e-2, 3e-1), "add_front_scale": _choice(True, True, True, False, False),
        "num_emb_type": _choice("none", "pbld", "pl", "plr"), "plr_sigma": _log(5e-2, 0.5),
        "p_drop": _choice(0.0, 0.0, 0.0, 0.15, 0.15, 0.15, 0.15, 0.15, 0.3, 0.3), "wd": _choice(0.0, 2e-2),
        "act": _choice("relu", "selu", "mish"),
        "hidden_sizes": _choice([256] * 3, [256] * 3, [256] * 3, [64] * 5, [512])},
}


def trials(method, seed):
    """Gives sets of parameters without end; the first is empty: the defaults."""
    draw = np.random.default_rng([seed, sum(method.encode())])
    yield {}
    while True:
        yield {name: sample(draw) for name, sample in SPACES[method].items()}
