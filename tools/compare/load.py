"""Load a resnet50 .pth with reszoo and with PyTorch, and print time and peak memory side by side.

    cmake --preset release && cmake --build --preset release --target compare_load
    python load.py [--program build/release/bin/compare_load] [--rounds 15]

The file (about 100 MB, random weights, as torch.save writes it) is made first and is in the page
cache. Each round starts each side once, one after the other, as a process of its own. `load` is the
time of loading alone, into a network that is there already: reszoo's load_weights, PyTorch's
torch.load(mmap=True) with load_state_dict; `growth` is how far memory rose meanwhile, mapped pages
of the file included. `process` and `peak` are of the whole process: start, imports, building the
network (torchvision's on Python's side), loading. CPU is the time of all threads in ms, which a
busy machine disturbs less. All are medians; `ratio` is to PyTorch's.
PyTorch compares no checksums; ours does with and without. Needs tests/reference/requirements.txt.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "reference"))


def resnet50():
    import torchvision_import  # noqa: F401  lets torchvision import beside any torch
    import torchvision
    return torchvision.models.resnet50()


def memory(figure):
    """Give a figure of this process in KiB: VmRSS, or VmHWM, its peak."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(figure + ":"):
            return int(line.split()[1])


def load_by_torch(path):
    """Load in this process and print what our program prints."""
    import torch
    model = resnet50()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins again
    before, start, cpu_start = memory("VmRSS"), time.perf_counter(), time.process_time()
    model.load_state_dict(torch.load(path, mmap=True, weights_only=True))
    print(json.dumps({"cpu_seconds": time.process_time() - cpu_start, "seconds": time.perf_counter() - start,
                      "growth_kib": memory("VmHWM") - before}))


def run(command):
    """Start a process; give its own figures and those of the whole."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"{command} failed")
    measured = json.loads(line)
    return {"load ms": 1e3 * measured["seconds"], "load CPU": 1e3 * measured["cpu_seconds"],
            "growth MiB": measured["growth_kib"] / 1024, "process ms": 1e3 * seconds,
            "process CPU": 1e3 * (usage.ru_utime + usage.ru_stime), "peak MiB": usage.ru_maxrss / 1024}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=ROOT / "build/release/bin/compare_load", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return load_by_torch(options.child)

    import torch
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "resnet50.pth")
        torch.save(resnet50().state_dict(), path)
        sides = {"PyTorch": [sys.executable, __file__, "--child", path], "reszoo": [str(options.program), path],
                 "reszoo, verify off": [str(options.program), path, "--no-verify"]}
        runs = {side: [] for side in sides}
        for i in range(options.rounds + 1):
            for side, command in sides.items():
                measured = run(command)
                if i > 0:  # the first round fills the page cache
                    runs[side].append(measured)
        size = os.path.getsize(path) / 2**20
    medians = {side: {figure: statistics.median(one[figure] for one in all_runs) for figure in all_runs[0]}
               for side, all_runs in runs.items()}
    print(f"resnet50, {size:.0f} MiB, {options.rounds} rounds, medians")
    print(f"{'':22}" + "".join(f"{figure:>12}{'ratio':>7}" for figure in medians["PyTorch"]))
    for side, figures in medians.items():
        print(f"{side:22}" + "".join(f"{value:12.1f}{value / medians['PyTorch'][figure]:7.2f}"
                                     for figure, value in figures.items()))


if __name__ == "__main__":
    main()
