"""Compare a training step of an image network with PyTorch's, eager and compiled, side by side.

    python image_step.py PROGRAM [--model cifar_resnet20] [--steps 10] [--rounds 5] [--threads 2] [--compile] [--bfloat16]
        [--folder FOLDER]

PROGRAM is compare_image_step (ninja compare_image_step). `cifar_resnet20` has batches of 128 images of 28 x 28 x 1,
`resnet18` of 32 of 224 x 224 x 3; SGD with Nesterov, channels-last in both. A round runs every program once, in
turn; a figure is the median over the rounds of each round's median step, in images per second.
`--malloc` gives PyTorch glibc's settings that ours sets itself (retain_freed_memory): then the difference is of
computing alone. `--bfloat16` trains in mixed precision, PyTorch by its autocast. `--folder` adds our step with images of a folder of class folders, decoded beside it. Needs tests/reference/requirements.txt; --compile a C++ compiler.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "reference"))

SHAPES = {"cifar_resnet20": (128, 1, 28), "resnet18": (32, 3, 224)}
KEPT = {"MALLOC_TRIM_THRESHOLD_": str(512 << 20), "MALLOC_MMAP_THRESHOLD_": str(32 << 20)}


def build(name):
    if name == "cifar_resnet20":
        from cifar_models import CifarResNet

        return CifarResNet(20, channels=1)
    from torchvision_import import torchvision

    return torchvision.models.resnet18(num_classes=10)


def run_pytorch(name, steps, threads, compiled, bfloat16):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    batch, channels, side = SHAPES[name]
    model = build(name).to(memory_format=torch.channels_last)
    x = torch.randn(batch, channels, side, side).contiguous(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (batch,))
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9, weight_decay=5e-4, nesterov=True)
    forward = torch.compile(model) if compiled else model
    for _ in range(steps):
        begin = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            loss = torch.nn.functional.cross_entropy(forward(x), y)
        loss.backward()
        optimizer.step()
        print(time.perf_counter() - begin)


def median_step(command, environment):
    out = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environment}).stdout
    steps = [float(line) for line in out.split()]
    return statistics.median(steps[2:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--model", default="cifar_resnet20", choices=SHAPES)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--malloc", action="store_true")
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--folder", help="colour images, at least steps x batch of them")
    parser.add_argument("--pytorch", choices=("eager", "compiled"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pytorch:
        run_pytorch(options.model, options.steps, options.threads, options.pytorch == "compiled", options.bfloat16)
        return
    batch, channels, side = SHAPES[options.model]
    numbers = [str(n) for n in (side, channels, batch, options.steps, options.threads)]
    precision = "bfloat16" if options.bfloat16 else "float32"
    commands = {f"ours {how}": [options.program, options.model, *numbers, how, precision] for how in ("fast", "plain")}
    if options.folder:
        commands["ours from a folder"] = [*commands["ours fast"], options.folder]
    theirs = [sys.executable, __file__, options.program, "--model", options.model, "--steps", str(options.steps),
              "--threads", str(options.threads), *(["--bfloat16"] if options.bfloat16 else []), "--pytorch"]
    commands["PyTorch eager"] = theirs + ["eager"]
    if options.compile:
        commands["PyTorch compiled"] = theirs + ["compiled"]
    seconds = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            seconds[name].append(median_step(command, KEPT if options.malloc and "PyTorch" in name else {}))
    rates = {name: batch / statistics.median(values) for name, values in seconds.items()}
    fast = rates["ours fast"]
    print(json.dumps({"images_per_second": {name: round(rate, 1) for name, rate in rates.items()},
                      "ours fast / ": {name: round(fast / rate, 2) for name, rate in rates.items() if name != "ours fast"}}, indent=2))


if __name__ == "__main__":
    main()
