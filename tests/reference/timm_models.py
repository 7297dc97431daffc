"""Make the fixtures of timm's ResNets, a short record for each.

If torchvision has a network with the same name, both must have the same keys and logits.
"""
import sys

import torch
from torchvision_import import models
import timm

import fixture_json
from network_fixture import fill_state, uniform_tensor
from row_fixture import digest, row_record, uninitialized

FROM = fixture_json.source("timm", "torch")
LEFT_OUT = {"ecaresnet50d_pruned", "ecaresnet101d_pruned"}
# Sizes that keep two by two pixels to the end: 33 if feature maps may have odd sizes, 64 if 2x2 averages without
# padding are added to outputs that round up.
USUAL, EVEN = 33, 64
DILATED = {  # fixture: model, timm's output stride, ours
    "resnet50d_dilated": ("resnet50d", 8, [False, True, True]),
    "resnetblur50_dilated": ("resnetblur50", 16, [False, False, True]),
    "resnetaa50_dilated": ("resnetaa50", 16, [False, False, True]),
    "senet154_dilated": ("senet154", 16, [False, False, True]),
    "resnetv2_50d_dilated": ("resnetv2_50d", 8, [False, True, True]),
}
OTHER_DEPTHS = {"resnetv2_200": ("resnetv2_152", [3, 24, 36, 3])}  # rows of a paper that timm builds and does not name


def create(name, **arguments):
    if name in OTHER_DEPTHS:
        name, arguments["layers"] = OTHER_DEPTHS[name]
    with uninitialized():
        return timm.create_model(name, **arguments)


def create_for(fixture, record):
    """Build the model of a record again."""
    return create(record["model"], **({"output_stride": DILATED[fixture][1]} if fixture in DILATED else {}))


def size_of(name):
    return EVEN if "aa" in name else USUAL


def logits(model):
    with torch.no_grad():
        return fill_state(model).double().eval()(uniform_tensor("input", [2, 3, USUAL, USUAL], torch.float64))


def assert_twin(name):
    with uninitialized():
        twins = [timm.create_model(name), models.get_model(name)]
    assert digest(twins[0]) == digest(twins[1]), name
    torch.testing.assert_close(logits(twins[0]), logits(twins[1]), rtol=1e-12, atol=0)


def rows_of(module):
    twins, rows = [], {}
    others = [name for name in OTHER_DEPTHS if name.startswith(module + "_")]
    for name in timm.list_models(module=module) + others:
        if name in LEFT_OUT:
            continue
        print(name, file=sys.stderr)
        if name in models.list_models():
            assert_twin(name)
            twins.append(name)
        else:
            rows[name] = row_record(create(name), name, [2, 3, size_of(name), size_of(name)])
    for fixture, (name, output_stride, dilate) in DILATED.items():
        if name in rows:
            rows[fixture] = row_record(create(name, output_stride=output_stride), name,
                                       [2, 3, size_of(name), size_of(name)], {"replace_stride_with_dilation": dilate})
    return {"source": FROM, "twins_of_torchvision": twins, "rows": rows}


if __name__ == "__main__":
    for module in ("resnet", "resnetv2"):
        fixture_json.write(f"timm_{module}_rows.json", rows_of(module))
