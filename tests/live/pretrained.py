"""Compare `predict --pretrained` with torchvision and timm on the same weights and images.

    python3 pretrained.py <folder of the tools>

The weights are random and have the names of published files, in a separate home folder. So the comparison covers
reading, preprocessing, network and class names. Expects every probability to be equal within 1e-6.
"""
import csv
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
from torchvision_import import models

import timm
from timm.data import create_transform, resolve_data_config

TOLERANCE = 1e-6
CLASSES = models.ResNet18_Weights.DEFAULT.meta["categories"]


def torchvision_case(name, tag):
    weights = models.get_model_weights(name)[tag]
    return f"{name}:{tag}", os.path.basename(weights.url), models.get_model(name), weights.transforms()


def timm_case(name):
    network = timm.create_model(name, pretrained=False)
    config = network.pretrained_cfg
    return name, os.path.basename(config["url"]), network, create_transform(**resolve_data_config(config))


def put_images(folder):
    """Write a wide PNG and a tall JPEG of waves and squares."""
    for name, (height, width) in {"wide.png": (427, 640), "tall.jpg": (500, 333)}.items():
        y, x = np.mgrid[:height, :width]
        planes = [127 + 120 * np.sin(x / 17 + y / 29), 127 + 120 * np.cos(x * y / 9000), (x // 40 + y // 40) % 2 * 200]
        Image.fromarray(np.stack(planes, -1).astype(np.uint8)).save(folder / name)
        yield folder / name


def predicted(tools, home, name, image):
    command = [tools / "predict", "--pretrained", name, "--no-verify", "--no-fuse", "--proba", "--threads", "1", image]
    run = subprocess.run(command, env={"HOME": str(home)}, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{name}: {run.stderr}")
    row = next(csv.DictReader(io.StringIO(run.stdout)))
    return row["prediction"], torch.tensor([float(row["probability_" + label]) for label in CLASSES])


def main():
    tools = Path(sys.argv[1])
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        home = Path(folder)
        cache = home / ".cache/reszoo/weights"
        cache.mkdir(parents=True)
        images = list(put_images(home))
        for name, file, network, transform in (torchvision_case("resnet18", "IMAGENET1K_V1"),
                                               torchvision_case("resnet50", "IMAGENET1K_V2"),
                                               torchvision_case("alexnet", "IMAGENET1K_V1"),
                                               timm_case("resnet50.a1_in1k"), timm_case("resnet34.a3_in1k")):
            torch.save(network.eval().state_dict(), cache / file)
            for image in images:
                wanted = network(transform(Image.open(image).convert("RGB"))[None]).softmax(1)[0]
                label, found = predicted(tools, home, name, image)
                difference = (wanted - found).abs().max().item()
                print(f"{name} {image.name}: {label}, largest difference {difference:.1e}")
                assert label == CLASSES[wanted.argmax()] and difference <= TOLERANCE


if __name__ == "__main__":
    main()
