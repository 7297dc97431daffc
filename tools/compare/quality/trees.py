"""Gradient boosting peers: their own defaults, up to `ROUNDS` trees, stopped after `PATIENCE` rounds without a better
main metric on the validation rows. Categories and missing values are left to each library's own way.

Each function takes a split, a seed, threads, a deadline and parameters that replace defaults, and returns what predicts
a part. With a deadline, no tree is begun after it; scikit-learn's, which is fast, has no way to stop.
"""
from itertools import islice

import numpy as np

from .deadline import NO_DEADLINE

ROUNDS = 2000
PATIENCE = 50


def _predictor(model, split, features=None):
    features = features or split.x
    function = model.predict_proba if split.classes else model.predict
    return lambda part: function(features[part])


def _few_levels(split):
    """Gives features for scikit-learn's, which takes at most 255 levels: a column of more becomes numbers, the target's
    means by its TargetEncoder."""
    from sklearn.preprocessing import TargetEncoder
    many = [c for c in split.categories if len(split.x["train"][c].cat.categories) > 254]
    if not many:
        return split.x
    words = {part: rows[many].astype(object).fillna("missing") for part, rows in split.x.items()}
    encoder = TargetEncoder(random_state=0)
    encoded = {"train": encoder.fit_transform(words["train"], split.y["train"])}
    encoded.update({part: encoder.transform(words[part]) for part in ("val", "test")})
    features = {}
    for part, rows in split.x.items():
        more = {f"mean_{i}": column for i, column in enumerate(encoded[part].T)}
        features[part] = rows.drop(columns=many).assign(**more)
    return features


def hist_gradient_boosting(split, seed, threads, deadline=NO_DEADLINE, **parameters):
    """Fits scikit-learn's, which keeps the trees after the best round: predictions are those of the best round.

    Threads are set by OMP_NUM_THREADS.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    kind = HistGradientBoostingClassifier if split.classes else HistGradientBoostingRegressor
    model = kind(max_iter=ROUNDS, early_stopping=True, n_iter_no_change=PATIENCE, categorical_features="from_dtype",
                 random_state=seed, **parameters)
    features = _few_levels(split)
    model.fit(features["train"], split.y["train"], X_val=features["val"], y_val=split.y["val"])
    best = int(np.argmax(model.validation_score_[1:]))  # the first score is that of no trees
    stages = model.staged_predict_proba if split.classes else model.staged_predict
    return lambda part: next(islice(stages(features[part]), best, None))


def hist_gradient_boosting_100(split, seed, threads, deadline=NO_DEADLINE, **parameters):
    """Fits scikit-learn's with all defaults on training and validation rows together: 100 trees, no stopping."""
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    kind = HistGradientBoostingClassifier if split.classes else HistGradientBoostingRegressor
    model = kind(early_stopping=False, categorical_features="from_dtype", random_state=seed, **parameters)
    features = _few_levels(split)
    model.fit(pd.concat([features["train"], features["val"]]), np.concatenate([split.y["train"], split.y["val"]]))
    return _predictor(model, split, features)


def lightgbm(split, seed, threads, deadline=NO_DEADLINE, **parameters):
    import lightgbm as library
    kind = library.LGBMClassifier if split.classes else library.LGBMRegressor
    metric = {"regression": "rmse", "binary": "binary_logloss", "multiclass": "multi_logloss"}[split.task]
    model = kind(n_estimators=ROUNDS, random_state=seed, n_jobs=threads, verbosity=-1, **parameters)
    early = library.early_stopping(PATIENCE, first_metric_only=True, verbose=False)
    best = []

    def stop(step):
        best.append((step.evaluation_result_list[0][2], step.iteration, step.evaluation_result_list))
        if deadline.is_over():
            raise library.callback.EarlyStopException(*min(best, key=lambda one: one[0])[1:])

    model.fit(split.x["train"], split.y["train"], eval_X=split.x["val"], eval_y=split.y["val"], eval_metric=metric,
              callbacks=[early] if deadline is NO_DEADLINE else [early, stop])
    return _predictor(model, split)


def xgboost(split, seed, threads, deadline=NO_DEADLINE, **parameters):
    import xgboost as library
    kind = library.XGBClassifier if split.classes else library.XGBRegressor
    metric = {"regression": "rmse", "binary": "logloss", "multiclass": "mlogloss"}[split.task]

    class Stop(library.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            return deadline.is_over()

    model = kind(n_estimators=ROUNDS, early_stopping_rounds=PATIENCE, eval_metric=metric, enable_categorical=True,
                 random_state=seed, n_jobs=threads, callbacks=None if deadline is NO_DEADLINE else [Stop()],
                 **parameters)
    model.fit(split.x["train"], split.y["train"], eval_set=[(split.x["val"], split.y["val"])], verbose=False)
    return _predictor(model, split)


def catboost(split, seed, threads, deadline=NO_DEADLINE, **parameters):
    """Fits CatBoost, to which a missing category is one more text."""
    import catboost as library
    kind = library.CatBoostClassifier if split.classes else library.CatBoostRegressor
    features = {}
    for part, rows in split.x.items():
        features[part] = rows.assign(**{c: rows[c].astype(object).fillna("missing").astype(str)
                                        for c in split.categories})
    model = kind(iterations=ROUNDS, random_seed=seed, thread_count=threads, cat_features=split.categories,
                 allow_writing_files=False, verbose=False, **parameters)

    class Stop:
        def after_iteration(self, info):
            return not deadline.is_over()

    model.fit(features["train"], split.y["train"], eval_set=(features["val"], split.y["val"]),
              early_stopping_rounds=PATIENCE, use_best_model=True,
              callbacks=None if deadline is NO_DEADLINE else [Stop()])
    return _predictor(model, split, features)
