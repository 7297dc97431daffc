"""Gradient boosting peers: their own defaults, up to `ROUNDS` trees, stopped after `PATIENCE` rounds without a better
main metric on the validation rows. Categories and missing values are left to each library's own way.

Each function takes a split, a seed, threads and parameters that replace defaults, and returns what predicts a part.
"""
from itertools import islice

import numpy as np

ROUNDS = 2000
PATIENCE = 50


def _predictor(model, split, features=None):
    features = features or split.x
    function = model.predict_proba if split.classes else model.predict
    return lambda part: function(features[part])


def hist_gradient_boosting(split, seed, threads, **parameters):
    """Fits scikit-learn's, which keeps the trees after the best round: predictions are those of the best round.

    Threads are set by OMP_NUM_THREADS.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    kind = HistGradientBoostingClassifier if split.classes else HistGradientBoostingRegressor
    model = kind(max_iter=ROUNDS, early_stopping=True, n_iter_no_change=PATIENCE, categorical_features="from_dtype",
                 random_state=seed, **parameters)
    model.fit(split.x["train"], split.y["train"], X_val=split.x["val"], y_val=split.y["val"])
    best = int(np.argmax(model.validation_score_[1:]))  # the first score is that of no trees
    stages = model.staged_predict_proba if split.classes else model.staged_predict
    return lambda part: next(islice(stages(split.x[part]), best, None))


def hist_gradient_boosting_100(split, seed, threads, **parameters):
    """Fits scikit-learn's with all defaults on training and validation rows together: 100 trees, no stopping."""
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    kind = HistGradientBoostingClassifier if split.classes else HistGradientBoostingRegressor
    model = kind(early_stopping=False, categorical_features="from_dtype", random_state=seed, **parameters)
    model.fit(pd.concat([split.x["train"], split.x["val"]]), np.concatenate([split.y["train"], split.y["val"]]))
    return _predictor(model, split)


def lightgbm(split, seed, threads, **parameters):
    import lightgbm as library
    kind = library.LGBMClassifier if split.classes else library.LGBMRegressor
    metric = {"regression": "rmse", "binary": "binary_logloss", "multiclass": "multi_logloss"}[split.task]
    model = kind(n_estimators=ROUNDS, random_state=seed, n_jobs=threads, verbosity=-1, **parameters)
    model.fit(split.x["train"], split.y["train"], eval_X=split.x["val"], eval_y=split.y["val"], eval_metric=metric,
              callbacks=[library.early_stopping(PATIENCE, first_metric_only=True, verbose=False)])
    return _predictor(model, split)


def xgboost(split, seed, threads, **parameters):
    import xgboost as library
    kind = library.XGBClassifier if split.classes else library.XGBRegressor
    metric = {"regression": "rmse", "binary": "logloss", "multiclass": "mlogloss"}[split.task]
    model = kind(n_estimators=ROUNDS, early_stopping_rounds=PATIENCE, eval_metric=metric, enable_categorical=True,
                 random_state=seed, n_jobs=threads, **parameters)
    model.fit(split.x["train"], split.y["train"], eval_set=[(split.x["val"], split.y["val"])], verbose=False)
    return _predictor(model, split)


def catboost(split, seed, threads, **parameters):
    """Fits CatBoost, to which a missing category is one more text."""
    import catboost as library
    kind = library.CatBoostClassifier if split.classes else library.CatBoostRegressor
    features = {}
    for part, rows in split.x.items():
        features[part] = rows.assign(**{c: rows[c].astype(object).fillna("missing").astype(str)
                                        for c in split.categories})
    model = kind(iterations=ROUNDS, random_seed=seed, thread_count=threads, cat_features=split.categories,
                 allow_writing_files=False, verbose=False, **parameters)
    model.fit(features["train"], split.y["train"], eval_set=(features["val"], split.y["val"]),
              early_stopping_rounds=PATIENCE, use_best_model=True)
    return _predictor(model, split, features)
