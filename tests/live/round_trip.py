"""Write a .pth in Python, load it in C++, train one step there, and load the result strictly in Python.

    round_trip.py PROGRAM     the program of round_trip.cpp

Logits must agree before and after the step, in evaluation mode, within 1e-4 of the largest one.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "reference"))
from torchvision_import import models  # noqa: E402

import timm  # noqa: E402
from rtdl_revisiting_models import ResNet  # noqa: E402

TOLERANCE = 1e-4
TORCHVISION = ["resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "alexnet"]
TIMM = ["resnet26d", "seresnet50", "ecaresnet26t", "resnetblur18", "resnet50_gn", "resnetv2_50"]


def cases():
    for name in TORCHVISION:
        yield name, {"outputs": 10}, getattr(models, name)(num_classes=10), (4, 3, 96, 96)
    for name in TIMM:
        yield name, {"outputs": 10}, timm.create_model(name, num_classes=10), (4, 3, 96, 96)
    model = ResNet(d_in=6, d_out=2, n_blocks=3, d_block=32, d_hidden_multiplier=2.0, dropout1=0.0, dropout2=0.0)
    yield ("tabular_resnet", {"numeric": 6, "outputs": 2, "blocks": 3, "width": 32, "dropout": 0.0}, model, (16, 6))


def difference(model, x, logits):
    with torch.no_grad():
        wanted = model.eval()(x)
    return ((logits - wanted).abs().max() / wanted.abs().max()).item()


def main():
    torch.manual_seed(0)
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for row, options, model, shape in cases():
            x = torch.randn(shape)
            for module in model.modules():  # so that the statistics are not 0 and 1
                if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
                    module.running_mean.normal_(std=0.1)
                    module.running_var.uniform_(0.5, 1.5)
            torch.save(model.state_dict(), folder / "in.pth")
            save_file({"input": x}, folder / "input.safetensors")
            subprocess.run([sys.argv[1], row, json.dumps(options), folder / "in.pth", folder / "input.safetensors",
                            folder / "out.pth", folder / "logits.safetensors"], check=True)
            logits = load_file(folder / "logits.safetensors")
            before = difference(model, x, logits["before"])
            original = {key: tensor.clone() for key, tensor in model.state_dict().items()}
            model.load_state_dict(torch.load(folder / "out.pth", weights_only=True), strict=True)
            after = difference(model, x, logits["after"])
            moved = sum(not torch.equal(original[key], tensor) for key, tensor in model.state_dict().items())
            print(f"{row}: before {before:.1e}, after {after:.1e}, {moved} of {len(original)} tensors moved")
            # Branches that are initialised to 0 change only one tensor each.
            assert moved > len(original) // 4, "the step changed little"
            worst = max(worst, before, after)
    assert worst < TOLERANCE, worst
    print(f"largest difference {worst:.1e}")


if __name__ == "__main__":
    main()
