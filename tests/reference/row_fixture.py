"""Run many networks with the protocol of network_fixture.py, storing a few kilobytes for each.

A record has these values in place of the values per key of a long fixture:

    keys, digest       number of keys; fnv1a64 over the lines "key [shape]\\n" in the order of state_dict
    stages             for each first part of the keys ("layer1"; "stages.0"): the Euclidean norm of
                       its gradients, and the sum of `after_step` over its keys

`options` are those of reszoo's model. Networks with more than TRAINED_AT_MOST parameters are run only in
evaluation mode and float32: they have the same building blocks as smaller networks.
"""
import contextlib
import math

import torch

import fixture_json
from fill import fnv1a64
from network_fixture import fill_state, observe, uniform_tensor, without_rounding

TRAINED_AT_MOST = 150_000_000
LOGITS_AT_MOST = 40
INITIALIZERS = ("kaiming_normal_", "kaiming_uniform_", "normal_", "uniform_", "xavier_uniform_", "trunc_normal_")


@contextlib.contextmanager
def uninitialized():
    """Skip the random initialisation of weights, which fill_state overwrites."""
    kept = {name: getattr(torch.nn.init, name) for name in INITIALIZERS}
    for name in INITIALIZERS:
        setattr(torch.nn.init, name, lambda tensor, *arguments, **named: tensor)
    try:
        yield
    finally:
        for name, function in kept.items():
            setattr(torch.nn.init, name, function)


@contextlib.contextmanager
def doubles_stay_doubles():
    """Let `float()` keep float64: timm's EvoNorm and filter response norm would otherwise round to float32 inside."""
    kept = torch.Tensor.float
    torch.Tensor.float = lambda tensor: tensor if tensor.dtype == torch.float64 else kept(tensor)
    try:
        yield
    finally:
        torch.Tensor.float = kept


def digest(model):
    text = "".join(f"{key} {list(tensor.shape)}\n" for key, tensor in model.state_dict().items())
    return f"{fnv1a64(text):016x}"


def stage_of(key):
    parts = key.split(".")
    return ".".join(parts[:2] if parts[0] == "stages" else parts[:1])


def by_stage(norms, sums):
    stages = {}
    for key, number in sums.items():
        stage = stages.setdefault(stage_of(key), [0.0, 0.0])
        stage[0] = math.hypot(stage[0], norms.get(key, 0.0))
        stage[1] += number
    return {name: [fixture_json.short(number) for number in pair] for name, pair in stages.items()}


def trained(model, input_shape):
    with doubles_stay_doubles():
        seen = observe(model, input_shape, torch.float64)
    stride = fixture_json.sample_stride(seen["eval_logits"].shape, LOGITS_AT_MOST)
    return {"learning_rate": seen["learning_rate"], "stride": stride,
            "eval_logits": fixture_json.sample(seen["eval_logits"], stride),
            "train_logits": fixture_json.sample(seen["train_logits"], stride),
            "stages": by_stage(without_rounding(seen["gradient_norms"]), seen["after_step"])}


def evaluated(model, input_shape):
    with torch.no_grad():
        logits = model.eval()(uniform_tensor("input", input_shape))
    stride = fixture_json.sample_stride(logits.shape, LOGITS_AT_MOST)
    return {"stride": stride, "eval_logits": fixture_json.sample(logits, stride)}


def row_record(model, name, input_shape, options=None):
    """Return the record of one model, which is filled and changed."""
    fill_state(model)
    parameters = sum(p.numel() for p in model.parameters())
    run = trained if parameters <= TRAINED_AT_MOST else evaluated
    return {"model": name, "options": options or {}, "input_shape": list(input_shape),
            "parameters": parameters, "keys": len(model.state_dict()), "digest": digest(model),
            **run(model, input_shape)}
