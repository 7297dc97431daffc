"""Compare the inference of networks on the CPU with PyTorch's, ONNX Runtime's and OpenVINO's, side by side.

    python inference.py PROGRAM [--models resnet18 resnet50] [--batches 1 8] [--rows 1 256 65536] [--threads 1 2]
        [--contenders plain fused onnxruntime openvino] [--rounds 5] [--seconds 2] [--work FOLDER]
        [--out FILE.md] [--json FILE.json [--resume]]

PROGRAM is compare_inference (ninja compare_inference): `plain` is our modules as they stand, `fused` and `tuned` are
the same program with --fused and with --fused --tune. The peers and what a worker says are in inference_peers.py. All
have the same random weights and input and compute in float32; the first outputs of each must be eager's to 1e-3 of
the largest, or the comparison stops. `int8`, `onnxruntime_int8` and `openvino_int8` compute in whole numbers, to a
quarter of the largest, `bfloat16` and `openvino_bfloat16` to a tenth; their ratios are to one another.
For each model, batch and number of threads a process of every contender is started, one after the other, and stays
alive. In a round each of them works for --seconds, the others being asleep, in an order that turns. Figures are over
the runs of all rounds. Memory is the largest that the process ever had, in torch.compile's case while it compiles; the
cold start is from starting the process to its first result, with the files in the page cache and torch.compile's
cache empty.
--json is rewritten after each row of the tables, --resume goes on from it. A contender that does not start is left out.
Needs torch, torchvision, timm, rtdl_revisiting_models, onnx, onnxruntime and openvino; torch.compile a C++ compiler.
"""
import argparse
import contextlib
import json
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import inference_peers as peers

OURS = {"plain": [], "fused": ["--fused"], "tuned": ["--fused", "--autotune"], "int8": ["--int8"],
        "bfloat16": ["--bfloat16"]}
RIVALS = ("onnxruntime", "openvino")
INT8 = ("int8", "onnxruntime_int8", "openvino_int8")
BFLOAT16 = ("bfloat16", "openvino_bfloat16")
TOLERANCES = {**dict.fromkeys(INT8, 0.25), **dict.fromkeys(BFLOAT16, 0.1)}  # of the largest output; others 1e-3
CONTENDERS = (*OURS, *peers.PEERS)
DEFAULT = [name for name in CONTENDERS if name not in TOLERANCES]
PAUSE = 0.1  # seconds; the threads of ONNX Runtime go on spinning for 0.06 after a run
KEPT = 1000  # runs of a round that the JSON file has


class WorkerFailed(Exception):
    pass


class Worker:
    def __init__(self, command, cache):
        self.log = tempfile.TemporaryFile("w+", errors="replace")
        self.begin = time.perf_counter()
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
                start_new_session=True, env={**os.environ, "TORCHINDUCTOR_CACHE_DIR": cache})
        except OSError as error:
            raise WorkerFailed(str(error)) from None

    def answer(self, key):
        line = self.process.stdout.readline()
        try:
            return json.loads(line)[key]
        except (ValueError, LookupError, TypeError):
            raise WorkerFailed(f"expected {key}, got {line.strip()!r}" if line else self.last_words()) from None

    def start(self):
        self.outputs = self.answer("outputs")
        self.cold_s = time.perf_counter() - self.begin

    def ask(self, line, key):
        with contextlib.suppress(BrokenPipeError):  # then there is no answer either
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
        return self.answer(key)

    def last_words(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.log.seek(0)
        lines = [line.strip() for line in self.log if line.strip()]
        reasons = [line for line in lines if "rror: " in line] or lines
        return f"ended with status {self.process.poll()}" + (f": {reasons[-1]}" if reasons else "")

    def end(self):
        """End the process, and what it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.log.close()


def command_of(name, options, folder, model, batch, threads):
    numbers = ["--model", model, "--batch", str(batch), "--threads", str(threads)]
    if name not in OURS:
        return [sys.executable, peers.__file__, name, *numbers, "--folder", folder]
    columns = ["--columns", str(peers.COLUMNS)] if model == peers.TABULAR else []
    files = peers.Files(folder, model, batch)
    weights = files.ours_int8 if name == "int8" else files.weights
    return [options.program, *numbers, "--weights", str(weights), *columns, *OURS[name]]


def check_outputs(outputs, expected, tolerance, who):
    """Stop unless the outputs are eager's."""
    theirs, largest = expected["outputs"], expected["largest"]
    if len(outputs) != len(theirs):
        sys.exit(f"{who}: {len(outputs)} outputs, {len(theirs)} expected")
    for ours, right in zip(outputs, theirs):
        if not abs(ours - right) <= tolerance * largest:  # also not a number
            sys.exit(f"{who}: gives {ours:.6g} where eager gives {right:.6g} (largest of the row: {largest:.3g})")


def figures_of(batch, rounds):
    runs = sorted(seconds for one in rounds for seconds in one)
    return {"per_s": batch / statistics.median(runs), "best_ms": 1e3 * runs[0],
            "p99_ms": 1e3 * runs[math.ceil(0.99 * len(runs)) - 1]}


def record_of(seconds):
    step = math.ceil(len(seconds) / KEPT)
    return {"runs": len(seconds), "median_s": statistics.median(seconds), "seconds": seconds[::step]}


def measure(options, folder, model, batch, threads):
    """One row of the tables."""
    where = f"{model}, batch {batch}, threads {threads}"
    files = peers.Files(folder, model, batch)
    command = [sys.executable, peers.__file__, "prepare", "--model", model, "--batch", str(batch), "--folder", folder]
    command += ["--int8"] if set(options.contenders) & set(INT8) else []
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode:
        sys.exit(f"{where}: the weights and the ONNX file could not be made")
    if "int8" in options.contenders and not files.ours_int8.exists():
        command = command_of("fused", options, folder, model, batch, threads) + ["--quantize"]
        peers.write(files.ours_int8, lambda path: subprocess.run([*command, path], check=True))
    expected = json.loads(files.expected.read_text())
    for file in (files.weights, files.onnx):
        file.read_bytes()  # into the page cache
    workers, failed = {}, {}

    def attempt(name, action):
        try:
            return action()
        except WorkerFailed as failure:
            print(f"{where}: {name}: {failure}", file=sys.stderr)
            failed[name] = str(failure)
            workers.pop(name, None)

    with contextlib.ExitStack() as stack:
        def start(name):
            cache = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            worker = Worker(command_of(name, options, folder, model, batch, threads), cache)
            stack.callback(worker.end)
            worker.start()
            check_outputs(worker.outputs, expected, TOLERANCES.get(name, 1e-3), f"{name}: {where}")
            workers[name] = worker

        names = options.contenders
        rounds = {name: [] for name in names}
        for name in names:
            attempt(name, lambda: start(name))
        for turn in range(options.rounds):
            first = turn % len(names)
            for name in names[first:] + names[:first]:
                if name in workers:
                    time.sleep(PAUSE)
                    rounds[name].append(attempt(name, lambda: workers[name].ask(options.seconds, "seconds")))
        peaks = {name: attempt(name, lambda: workers[name].ask("quit", "peak_mb")) for name in list(workers)}
        results = {name: {**figures_of(batch, rounds[name]), "peak_mb": peaks[name], "cold_s": worker.cold_s,
                          "rounds": [record_of(seconds) for seconds in rounds[name]]}
                   for name, worker in workers.items()}
    print(f"{where}: " + ", ".join(f"{name} {number(result['per_s'])}" for name, result in results.items()),
          file=sys.stderr)
    return {"model": model, "batch": batch, "threads": threads, "contenders": results, "failed": failed}


def ratios_of(row, ours):
    """Our rate to that of the better rival, in each round."""
    found = row["contenders"]
    of_ours = [f"{name}_{ours}" if ours in TOLERANCES else name for name in RIVALS]
    rivals = [[one["median_s"] for one in found[name]["rounds"]] for name in of_ours if name in found]
    if ours not in found or not rivals:
        return []
    return [min(theirs) / one["median_s"] for one, *theirs in zip(found[ours]["rounds"], *rivals)]


def number(value):
    return f"{value:,.0f}" if value >= 99.95 else f"{value:.3g}"


def table(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|---" * 3 + "|--:" * (len(header) - 3) + "|"
    yield from ("| " + " | ".join(row) + " |" for row in rows)
    yield ""


def labels(row):
    return [f"`{row['model']}`", f"{row['batch']:,}", str(row["threads"])]


def ratio_rows(rows, ours):
    for row in rows:
        yield labels(row) + [f"{statistics.median(it):.2f} ({min(it):.2f} to {max(it):.2f})" if it else "-"
                             for it in (ratios_of(row, name) for name in ours)]
    kinds = {"images": [row for row in rows if row["model"] != peers.TABULAR],
             "tables": [row for row in rows if row["model"] == peers.TABULAR], "all": rows}
    for kind, chosen in kinds.items():
        if not chosen or kind == "all" and not (kinds["images"] and kinds["tables"]):
            continue
        medians = [[statistics.median(it) for it in (ratios_of(row, name) for row in chosen) if it] for name in ours]
        yield [f"geometric mean, {kind}", "", ""] + [f"**{statistics.geometric_mean(it):.2f}**" if it else "-"
                                                     for it in medians]


def markdown(report):
    machine, rows = report["machine"], report["rows"]
    names = [name for name in CONTENDERS if any(name in row["contenders"] or name in row["failed"] for row in rows)]
    yield "# Inference on the CPU"
    yield ""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    flags = ", ".join(machine["flags"]) or "-"
    yield f"{machine['cpu']}, cores: {machine['cores']}, instructions: {flags}; {versions}."
    yield ""
    yield from (f"    {command}" for command in report["commands"])
    yield ""
    for title, key in (("Images (rows) per second, of the median run", "per_s"), ("Best run, ms", "best_ms"),
                       ("99th percentile of runs, ms", "p99_ms"), ("Largest resident memory, MiB", "peak_mb"),
                       ("Cold start, s", "cold_s")):
        yield f"## {title}"
        yield ""
        yield from table(["model", "batch", "threads", *names],
                         (labels(row) + [number(row["contenders"][name][key]) if name in row["contenders"] else "-"
                                         for name in names] for row in rows))
    ours = [name for name in names if name in OURS]
    if ours:
        yield "## Our rate to that of the better of ONNX Runtime and OpenVINO"
        yield ""
        yield "The median over the rounds (least to largest); above 1 ours is the faster."
        yield ""
        yield from table(["model", "batch", "threads", *ours], ratio_rows(rows, ours))


def machine_here():
    fields = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    flags = fields.get("flags", "").split()
    wanted = {"AVX2": "avx2", "AVX-512": "avx512f", "AVX-512 VNNI": "avx512_vnni",
              "AVX-512 BF16": "avx512_bf16", "AMX": "amx_tile"}
    versions = subprocess.run([sys.executable, peers.__file__, "versions"], check=True, capture_output=True, text=True)
    return {"cpu": fields.get("model name", "unknown CPU"), "cores": len(os.sched_getaffinity(0)),
            "flags": [name for name, flag in wanted.items() if flag in flags],
            "versions": json.loads(versions.stdout)}


def save(report, options):
    for file, text in ((options.json, json.dumps(report) + "\n"), (options.out, "\n".join(markdown(report)))):
        if file:
            peers.write(Path(file), lambda path: Path(path).write_text(text))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--models", nargs="+", default=list(peers.MODELS), choices=peers.MODELS)
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8], help="of images")
    parser.add_argument("--rows", nargs="+", type=int, default=[1, 256, 65536], help="batches of tabular_resnet")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--contenders", nargs="+", default=DEFAULT, choices=CONTENDERS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--work", help="folder of the weights and ONNX files, used again")
    parser.add_argument("--out", help="Markdown file; without it the tables are printed")
    parser.add_argument("--json", help="file of all figures")
    parser.add_argument("--resume", action="store_true", help="leave out rows that --json has")
    options = parser.parse_args()
    if options.resume and not options.json:
        parser.error("--resume needs --json")
    if set(options.contenders) & set(OURS) and not shutil.which(options.program):
        parser.error(f"no program {options.program}")
    return options


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = {"machine": machine_here(), "commands": [], "rows": []}
    if options.resume and Path(options.json).exists():
        before = json.loads(Path(options.json).read_text())
        if before["machine"] != report["machine"]:
            sys.exit(f"--resume: {options.json} is of another machine or other versions")
        report = before
    words = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv]  # folders are private
    report["commands"].append(" ".join(["python", *words]))
    done = {(row["model"], row["batch"], row["threads"]) for row in report["rows"]}
    with contextlib.ExitStack() as stack:
        folder = options.work or stack.enter_context(tempfile.TemporaryDirectory())
        Path(folder).mkdir(parents=True, exist_ok=True)
        for model in options.models:
            for batch in options.rows if model == peers.TABULAR else options.batches:
                for threads in options.threads:
                    if (model, batch, threads) not in done:
                        report["rows"].append(measure(options, folder, model, batch, threads))
                        save(report, options)
    if not options.out:
        print("\n".join(markdown(report)))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
