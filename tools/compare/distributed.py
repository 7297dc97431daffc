"""Compare how training scales from one process to two with PyTorch's DistributedDataParallel, side by side.

    cmake --preset release && cmake --build --preset release --target compare_distributed
    python distributed.py [--program build/release/bin/compare_distributed] [--rounds 5] [--models resnet18 tabular_resnet]

Every process has one thread and its own batch: 16 images of 224 x 224 (SGD, channels-last), or 256 rows of 54 numbers
(tabular_resnet as in tabular_step.py, AdamW). Both sides send by Gloo over the loopback interface. A round runs all
four, one after the other: one and two processes of ours and of PyTorch's. `step` is the median over the rounds of the
median step; `efficiency` is that of one process / that of two, the median over rounds of the ratio within the round.
Needs torch, torchvision and rtdl_revisiting_models.
"""
import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "reference"))

MODELS = {"resnet18": (16, 12), "tabular_resnet": (256, 300)}  # rows of a process, steps
COLUMNS, CLASSES, SIDE = 54, 10, 224


def build(name):
    if name == "tabular_resnet":
        from rtdl_revisiting_models import ResNet
        return ResNet(d_in=COLUMNS, d_out=CLASSES, n_blocks=4, d_block=192, d_hidden=None, d_hidden_multiplier=2.0,
                      dropout1=0.15, dropout2=0.0)
    from torchvision_import import torchvision
    return torchvision.models.resnet18(num_classes=CLASSES)


def run_pytorch(name, batch, steps, rank, size, port):
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = build(name)
    table = name == "tabular_resnet"
    shape = (COLUMNS,) if table else (3, SIDE, SIDE)
    x, y = torch.randn(batch, *shape), torch.randint(0, CLASSES, (batch,))
    if table:
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    else:
        model = model.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
        optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9, weight_decay=5e-4, nesterov=True)
    if size > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
        torch.distributed.init_process_group("gloo", rank=rank, world_size=size)
        model = torch.nn.parallel.DistributedDataParallel(model)
    for _ in range(steps):
        begin = time.perf_counter()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()
        if rank == 0:
            print(time.perf_counter() - begin, flush=True)
    if size > 1:
        torch.distributed.destroy_process_group()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def median_step(command, size):
    port = free_port()
    processes = [subprocess.Popen([*command, str(rank), str(size), str(port)], stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "OMP_NUM_THREADS": "1"}) for rank in range(size)]
    outputs = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError(f"{command} ended with {[process.returncode for process in processes]}")
    steps = [float(line) for line in outputs[0].split()]
    return statistics.median(steps[len(steps) // 4:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=ROOT / "build/release/bin/compare_distributed")
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pytorch", nargs=6, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pytorch:
        name, *numbers = options.pytorch
        run_pytorch(name, *map(int, numbers))
        return
    for name in options.models:
        batch, steps = MODELS[name]
        commands = {"reszoo": [str(options.program), name, str(batch), str(steps)],
                    "DDP": [sys.executable, __file__, "--pytorch", name, str(batch), str(steps)]}
        seconds = {(side, size): [] for side in commands for size in (1, 2)}
        for _ in range(options.rounds):
            for side, size in seconds:
                seconds[side, size].append(median_step(commands[side], size))
        figures = {}
        for side in commands:
            one, two = seconds[side, 1], seconds[side, 2]
            figures[side] = {"step_ms": [round(1e3 * statistics.median(times), 2) for times in (one, two)],
                             "rows_per_second": [round(n * batch / statistics.median(times), 1)
                                                 for n, times in ((1, one), (2, two))],
                             "efficiency": round(statistics.median(a / b for a, b in zip(one, two)), 3)}
        print(json.dumps({name: figures}), flush=True)


if __name__ == "__main__":
    main()
