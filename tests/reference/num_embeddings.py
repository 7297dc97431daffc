"""Make the fixtures of numerical embeddings from rtdl_num_embeddings.

`modules`: each is filled by the keys of its parameters (fill.py); buffers are computed from the bins, and
stored in full. The input is 2 uniform("input", shape), so that some values are outside the bins. `output` and
`gradient_norms` (of the loss sum(output * uniform("loss", shape))) are from a float64 run.

`bins`: the bins of the table of `table()`, by quantiles and by trees.
"""
import warnings

import numpy as np
import torch

import fixture_json
import rtdl_num_embeddings as rtdl
from fill import fill, uniform

ROWS = 7
BINS = {
    "alike": [[-1.0, -0.5, 0.25, 1.0], [-1.5, 0.0, 0.125, 0.75], [0.0, 0.5, 0.625, 2.0]],
    "different": [[-1.0, -0.5, 0.25, 1.0], [-1.5, 0.75], [0.0, 0.5, 2.0]],
    "single": [[-1.0, 1.0], [0.0, 1.0]],
}


def bins(name):
    return [torch.tensor(edges) for edges in BINS[name]]


def modules():
    yield "linear", LINEAR, rtdl.LinearEmbeddings(3, 4)
    yield "linear_relu", LINEAR, rtdl.LinearReLUEmbeddings(3, 4)
    periodic = {"columns": 3, "width": 5, "frequencies": 6, "scale": 0.5}
    for name, lite in (("plr", False), ("plr_lite", True)):
        yield name, periodic, rtdl.PeriodicEmbeddings(3, 5, n_frequencies=6, frequency_init_scale=0.5, lite=lite)
    for name in BINS:
        options = {"columns": len(BINS[name]), "width": 4, "bins": BINS[name]}
        yield "piecewise_encoding", options, rtdl.PiecewiseLinearEncoding(bins(name))
        yield "piecewise_relu", options, rtdl.PiecewiseLinearEmbeddings(bins(name), 4, activation=True, version="A")
        yield "piecewise", options, rtdl.PiecewiseLinearEmbeddings(bins(name), 4, activation=False, version="B")


LINEAR = {"columns": 3, "width": 4}


def numbers(tensor):
    return [fixture_json.short(number) for number in tensor.detach().flatten().tolist()]


def module_record(kind, options, module):
    keys = [[key, list(tensor.shape)] for key, tensor in module.state_dict().items()]
    buffers = {key: numbers(tensor) for key, tensor in module.named_buffers()}
    with torch.no_grad():
        for key, parameter in module.named_parameters():
            parameter.copy_(torch.from_numpy(fill(key, parameter.shape)))
    module.double()
    output = module(2 * torch.from_numpy(uniform("input", (ROWS, options["columns"]))).double())
    norms = {}
    if output.requires_grad:
        (output * torch.from_numpy(uniform("loss", output.shape)).double()).sum().backward()
        norms = {key: fixture_json.short(p.grad.norm()) for key, p in module.named_parameters()}
    return {"kind": kind, "options": options, "keys": keys, "buffers": buffers, "shape": list(output.shape),
            "output": numbers(output), "gradient_norms": norms}


def table():
    """Return uniform numbers, ties, two values and heavy tails, with a numeric target and one of three classes."""
    u = torch.from_numpy(uniform("table", (400, 4)))
    x = torch.stack([u[:, 0], torch.round(u[:, 1] * 8) / 8, (u[:, 2] > 0.5).float(), u[:, 3] * u[:, 3] * u[:, 3]], 1)
    y = x[:, 0] * x[:, 0] + x[:, 1] * 0.5 + x[:, 2] + x[:, 3] + torch.from_numpy(uniform("noise", (400,))) * 0.25
    return x, y, (y > 0.5).long() + (y > 1.0).long()


def bins_records():
    x, y, classes = table()
    records = [{"count": count, "edges": [numbers(e) for e in rtdl.compute_bins(x, count)]} for count in (2, 7, 48)]
    for count, leaf, decrease in ((48, 1, 0.0), (8, 20, 0.0), (48, 5, 1e-3)):
        for classification in (False, True):
            edges = rtdl.compute_bins(x, count, y=classes if classification else y, regression=not classification,
                                      tree_kwargs={"min_samples_leaf": leaf, "min_impurity_decrease": decrease})
            records.append({"count": count, "classification": classification, "min_samples_leaf": leaf,
                            "min_impurity_decrease": decrease, "edges": [numbers(e) for e in edges]})
    return records


if __name__ == "__main__":
    warnings.simplefilter("ignore", UserWarning)  # warns about a single bin
    np.random.seed(0)  # scikit-learn shuffles the columns, but there is only one
    fixture_json.write("num_embeddings.json", {
        "source": fixture_json.source("rtdl_num_embeddings", "scikit-learn", "torch"),
        "modules": [module_record(*module) for module in modules()], "bins": bins_records()})
