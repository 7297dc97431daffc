"""Compare the speed of two builds of reszoo: inference, training steps of tables and of images.

    python tools/compare/builds.py OLD NEW [--rounds 7] [--seconds 0.5] [--threads 2 1] [--only inference]

OLD and NEW are build folders of the preset `release` with the targets compare_inference, compare_tabular_step and
compare_image_step. Both processes of a case stay alive and are asked in turn, in an order that changes with each round.
A line gives the median over the rounds of OLD's time / NEW's time within the round (above 1: NEW is faster), with its
quartiles, and the geometric mean at the end.
"""
import argparse
import json
import math
import statistics
import subprocess
from pathlib import Path

INFERENCE = [(model, batch) for model in ("resnet18", "resnet50", "resnext50_32x4d", "seresnet50", "cifar_resnet20")
             for batch in (1, 8)] + [("tabular_resnet", 1), ("tabular_resnet", 256)]
TABULAR = [(192, 256), (64, 128), (512, 1024)]


class Peer:
    """A process that answers a number of seconds with the times of what fitted in."""

    def __init__(self, command):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return statistics.median(answer["seconds"] if isinstance(answer, dict) else answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def steps_of(command):
    """Run a program that prints the seconds of each of its steps; give the median."""
    lines = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return statistics.median(float(line) for line in lines)


def report(name, pairs, ratios):
    each = [old / new for old, new in pairs]
    low, middle, high = statistics.quantiles(each, n=4)
    ratios.append(middle)
    new = statistics.median(new for _, new in pairs)
    print(f"{name:<44} {middle:6.3f}  ({low:.3f} to {high:.3f})  new {new:.6g}", flush=True)


def rounds_of(ask, rounds):
    pairs = []
    for number in range(rounds):
        old, new = [0, 1], [1, 0]
        times = {}
        for side in old if number % 2 == 0 else new:
            times[side] = ask(side)
        pairs.append((times[0], times[1]))
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs=2, type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--only", default="inference tabular image")
    arguments = parser.parse_args()
    programs = [build / "bin" for build in arguments.builds]
    ratios = []

    def alive(name, make):
        peers = [make(folder) for folder in programs]
        for peer in peers:
            if name.startswith("inference"):
                peer.process.stdout.readline()  # its outputs
        report(name, rounds_of(lambda side: peers[side].ask(arguments.seconds), arguments.rounds), ratios)
        for peer in peers:
            peer.close()

    for threads in arguments.threads:
        if "inference" in arguments.only:
            for model, batch in INFERENCE:
                alive(f"inference {model} batch {batch}, {threads} threads",
                      lambda folder: Peer([folder / "compare_inference", "--model", model, "--batch", batch, "--threads", threads,
                                           "--fused"]))
        if "tabular" in arguments.only:
            for width, batch in TABULAR:
                alive(f"tabular step {width} x {batch}, {threads} threads",
                      lambda folder: Peer([folder / "compare_tabular_step", width, batch, threads]))
        if "image" in arguments.only:
            for model, side, channels, batch, steps in (("cifar_resnet20", 28, 1, 128, 8), ("resnet18", 224, 3, 16, 3)):
                report(f"image step {model} batch {batch}, {threads} threads",
                       rounds_of(lambda side_of: steps_of([programs[side_of] / "compare_image_step", model, side, channels, batch,
                                                           steps, threads, "fast"]), arguments.rounds), ratios)
    print(f"geometric mean {math.exp(statistics.fmean(map(math.log, ratios))):.3f} of {len(ratios)} cases")


if __name__ == "__main__":
    main()
