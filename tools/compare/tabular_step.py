"""Time a training step of the tabular ResNet with reszoo and with PyTorch, side by side.

    cmake --preset release && cmake --build --preset release --target compare_tabular_step
    python tabular_step.py [--program build/release/bin/compare_tabular_step] [--threads 2] [--rounds 20]

The network is that of rtdl_revisiting_models (54 numeric features, 7 classes, 4 blocks, hidden
factor 2, dropout 0.15, ReLU, batch norm) at three sizes, trained by AdamW on batches that are drawn
from a table of 65,536 rows in memory; float32. A step is: gather the batch, forward, cross-entropy,
backward, AdamW (`fused=True` in Python). Three processes stay alive: reszoo, PyTorch eager and
torch.compile (Inductor; needs g++). In each round each of them works for a part of a second, the
others being asleep, in an order that turns. A figure is the median over the rounds of the median of
a round's steps; `best` is the fastest step of all. `ratio` is that of PyTorch's faster side to ours,
the median over rounds of the ratio within the round, with its quartiles: a busy machine disturbs a
round's sides alike.
Needs torch and rtdl_revisiting_models.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SIZES = ((192, 256), (64, 128), (512, 1024))
ROWS, COLUMNS, CLASSES = 65536, 54, 7


def make_step(width, batch_size, compiled):
    """Build network, table and optimizer; give a function that trains one step."""
    import torch
    from rtdl_revisiting_models import ResNet
    torch.manual_seed(0)
    model = ResNet(d_in=COLUMNS, d_out=CLASSES, n_blocks=4, d_block=width, d_hidden=None, d_hidden_multiplier=2.0,
                   dropout1=0.15, dropout2=0.0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    inputs, targets = torch.randn(ROWS, COLUMNS), torch.randint(0, CLASSES, (ROWS,))
    order = torch.randperm(ROWS)

    def loss_of(x, y):
        return torch.nn.functional.cross_entropy(model(x), y)

    loss_of = torch.compile(loss_of) if compiled else loss_of
    position = 0

    def step():
        nonlocal position
        rows = order[position:position + batch_size]
        position = (position + batch_size) % (ROWS - batch_size)
        optimizer.zero_grad()
        loss = loss_of(inputs[rows], targets[rows])
        loss.backward()
        optimizer.step()
        loss.item()

    return step


def answer(width, batch_size, threads, compiled):
    """Do what our program does: read seconds, print the times of the steps in ms."""
    import torch
    torch.set_num_threads(threads)
    step = make_step(width, batch_size, compiled)
    for line in sys.stdin:
        times, start = [], time.perf_counter()
        while time.perf_counter() - start < float(line):
            before = time.perf_counter()
            step()
            times.append(1e3 * (time.perf_counter() - before))
        print(json.dumps(times), flush=True)


class Side:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(options, width, batch_size):
    python = [sys.executable, __file__, "--threads", str(options.threads), "--child", str(width), str(batch_size)]
    ours = [str(options.program), str(width), str(batch_size), str(options.threads)]
    commands = {"reszoo": ours, "eager": python + ["eager"], "compile": python + ["compile"]}
    if options.modules:
        commands["reszoo, modules"] = ours + ["--no-fast"]
    sides = {name: Side(command) for name, command in commands.items()}
    for side in sides.values():
        side.run(0.01)  # one step, which may compile
        side.run(options.seconds)
    medians, best = {name: [] for name in sides}, {name: float("inf") for name in sides}
    for i in range(options.rounds):
        names = list(sides)
        for name in names[i % len(names):] + names[:i % len(names)]:
            times = sides[name].run(options.seconds)
            medians[name].append(statistics.median(times))
            best[name] = min(best[name], *times)
    for side in sides.values():
        side.close()
    ratios = [min(eager, compiled) / mine
              for mine, eager, compiled in zip(medians["reszoo"], medians["eager"], medians["compile"])]
    low, middle, high = statistics.quantiles(ratios, n=4)
    for name, values in medians.items():
        print(f"width {width:4} batch {batch_size:5} {name:16} median {statistics.median(values):8.3f} ms "
              f"best {best[name]:8.3f} ms")
    print(f"width {width:4} batch {batch_size:5} ratio {middle:.2f} ({low:.2f} to {high:.2f}), of the best "
          f"{min(best['eager'], best['compile']) / best['reszoo']:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=ROOT / "build/release/bin/compare_tabular_step", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=0.5, help="of work of a side in a round")
    parser.add_argument("--modules", action="store_true", help="time ours without the fast path as well")
    parser.add_argument("--width", type=int, help="of the three sizes only that of this width")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        width, batch_size, kind = options.child
        return answer(int(width), int(batch_size), options.threads, kind == "compile")
    for width, batch_size in SIZES:
        if options.width in (None, width):
            compare(options, width, batch_size)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs, {options.threads} threads")


if __name__ == "__main__":
    main()
