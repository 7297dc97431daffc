"""Compare every network fixture with the installed packages: keys, shapes, parameter counts and logits in
evaluation mode. The rest of a fixture follows from the same code; making all fixtures again with
make_all.sh takes much longer.

    python3 live.py
"""
import json
import sys

import torch
from rtdl_revisiting_models import ResNet
from torchvision_import import models

import timm_models
from cifar_models import CifarPreActivationResNet, CifarResNet
from fixture_json import FOLDER
from network_fixture import fill_state, uniform_tensor
from row_fixture import TRAINED_AT_MOST, digest, doubles_stay_doubles, uninitialized
from rtdl_models import mlp
from tabm_models import Renamed, tabm

TOLERANCE, FLOAT_TOLERANCE = 1e-7, 2e-5
SHORT = ("torchvision_rows", "timm_resnet_rows", "timm_resnetv2_rows", "cifar_rows")


def cifar_model(name, options):
    depth = int(name.rsplit("resnet", 1)[1])
    if "preact" in name:
        return CifarPreActivationResNet(depth)
    return CifarResNet(depth, options.get("channels", 3), project=options.get("shortcut") == "projection")


def short_model(group, fixture, record):
    if group == "cifar_rows":
        return cifar_model(record["model"], record["options"])
    if group == "torchvision_rows":
        return models.get_model(record["model"], **record["options"])
    return timm_models.create_for(fixture, record)


def long_model(record):
    name, options = record["name"], record["options"]
    if name == "tabular_resnet":
        return ResNet(d_in=options["features"], d_out=options["outputs"], n_blocks=options["blocks"], dropout1=0.0,
                      dropout2=0.0, d_block=options["width"], d_hidden_multiplier=options["hidden_factor"])
    if name == "tabular_mlp":
        return Renamed(tabm(options)) if "members" in options else mlp(options)
    if name.startswith("cifar"):
        return cifar_model(name, options)
    return models.get_model(name, num_classes=options["outputs"])


def same_keys(model, record):
    if isinstance(record["keys"], list):
        return [[key, list(tensor.shape)] for key, tensor in model.state_dict().items()] == record["keys"]
    return len(model.state_dict()) == record["keys"] and digest(model) == record["digest"]


def wrong(model, record):
    """Return what differs, or nothing."""
    parameters = sum(p.numel() for p in model.parameters())
    if not same_keys(model, record) or parameters != record["parameters"]:
        return "keys"
    exact = parameters <= TRAINED_AT_MOST
    dtype = torch.float64 if exact else torch.float32
    with torch.no_grad(), doubles_stay_doubles():
        logits = fill_state(model).to(dtype).eval()(uniform_tensor("input", record["input_shape"], dtype))
    expected = torch.tensor(record["eval_logits"], dtype=torch.float64)
    difference = (logits.reshape(-1)[::record["stride"]].double() - expected).abs().max() / expected.abs().max()
    return "" if difference <= (TOLERANCE if exact else FLOAT_TOLERANCE) else f"logits by {difference:.1e}"


def all_models():
    for path in sorted(FOLDER.glob("*.json")):
        record = json.loads(path.read_text())
        if isinstance(record, dict) and "eval_logits" in record and "name" in record:
            yield path.stem, record, lambda record=record: long_model(record)
    for group in SHORT:
        for fixture, record in json.loads((FOLDER / f"{group}.json").read_text())["rows"].items():
            yield fixture, record, lambda fixture=fixture, record=record, group=group: short_model(group, fixture, record)


if __name__ == "__main__":
    count, failed = 0, []
    for name, record, build in all_models():
        with uninitialized():
            model = build()
        count += 1
        if difference := wrong(model, record):
            failed.append(f"{name}: other {difference}")
    print(f"{count} networks compared", *failed, sep="\n")
    sys.exit(1 if failed else 0)
