"""Train PyTorch's CIFAR ResNet-20 on Fashion-MNIST and print its test accuracy: the figure to compare with.

    python fashion_resnet20.py FOLDER [--recipe cifar|image] [--epochs 15] [--seed 0] [--threads 2] [--device cpu]

FOLDER holds the four IDX files, plain or .gz. Our recipes `cifar` (a black edge of 4 pixels, a crop at
random, left and right swapped half of the time) and `image` (images as they are). Pixels in [0, 1],
mean 0.2860, deviation 0.3530. SGD, Nesterov momentum 0.9, weight decay 5e-4 on everything, batch 128, a last
short batch included; the learning rate rises linearly to 0.1 over the first 5 % of the steps and
falls to 0 along a cosine over the rest. Channels-last. The last epoch's weights count.
Needs tests/reference/requirements.txt.
"""
import argparse
import gzip
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "reference"))
from cifar_models import CifarResNet

BATCH_SIZE = 128
PEAK_RATE, WARM_UP = 0.1, 0.05
PADDING = 4


def read_idx(folder, name):
    """Read the unsigned bytes of an IDX file; its header is 4 bytes and 4 more for each axis."""
    path = folder / name
    data = path.read_bytes() if path.exists() else gzip.decompress((folder / (name + ".gz")).read_bytes())
    axes = data[3]
    shape = np.frombuffer(data, ">u4", axes, 4)
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape).copy())


def load(folder, part, device):
    images = read_idx(folder, f"{part}-images-idx3-ubyte")
    labels = read_idx(folder, f"{part}-labels-idx1-ubyte").long()
    return images.unsqueeze(1).to(device), labels.to(device)


def normalised(images):
    return ((images.float() / 255 - 0.2860) / 0.3530).contiguous(memory_format=torch.channels_last)


def augmented(images):
    """Each image cropped from one with an edge of PADDING pixels, and half of them mirrored; uint8 (N, 1, S, S)."""
    count, side = len(images), images.shape[-1]
    wide = torch.nn.functional.pad(images, [PADDING] * 4)
    draw = lambda size: torch.randint(size, (count, 1), device=images.device)
    range_ = torch.arange(side, device=images.device)
    rows, columns = draw(2 * PADDING + 1) + range_, torch.where(draw(2) == 1, range_.flip(0), range_) + draw(2 * PADDING + 1)
    which = torch.arange(count, device=images.device)[:, None, None]
    return wide[which, 0, rows[:, :, None], columns[:, None, :]].unsqueeze(1)


def rate_factor(step, steps):
    warm_up = math.ceil(WARM_UP * steps)
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up)))


def fit(model, images, labels, epochs, augment):
    optimizer = torch.optim.SGD(model.parameters(), PEAK_RATE, momentum=0.9, weight_decay=5e-4, nesterov=True)
    steps = epochs * math.ceil(len(images) / BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_factor(step, steps))
    model.train()
    for epoch in range(epochs):
        for rows in torch.randperm(len(images), device=images.device).split(BATCH_SIZE):
            x = normalised(augmented(images[rows]) if augment else images[rows])
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(x), labels[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}: last batch's loss {loss.item():.4f}", file=sys.stderr)


@torch.no_grad()
def accuracy(model, images, labels):
    guesses = [model.eval()(normalised(part)).argmax(1) for part in images.split(500)]
    return (torch.cat(guesses) == labels).double().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recipe", choices=("cifar", "image"), default="cifar")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    images, labels = load(options.folder, "train", options.device)
    model = CifarResNet(20, channels=1).to(options.device, memory_format=torch.channels_last)
    started = time.perf_counter()
    fit(model, images, labels, options.epochs, options.recipe == "cifar")
    seconds = time.perf_counter() - started
    print(json.dumps({"accuracy": round(accuracy(model, *load(options.folder, "t10k", options.device)), 4),
                      "seconds": round(seconds, 1), "recipe": options.recipe, "epochs": options.epochs, "seed": options.seed,
                      "images_per_second": round(options.epochs * len(images) / seconds, 1)}))


if __name__ == "__main__":
    main()
