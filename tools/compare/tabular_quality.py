"""Compare networks and gradient boosting on real tables: ours and seven peers on the same splits.

    python tabular_quality.py run [--methods …] [--tables …] [--seeds 0 1 2 3 4] [--mode default|tuned|limit]
    python tabular_quality.py summary --out docs/tabular.md [--speed FOLDER]
    python tabular_quality.py tables                  # writes the splits of the first seed and says what they are

`run` appends a JSON line for each run to --results and skips those that are there, so it can be stopped and called
again; each run is a process of its own. Seeds are the outer loop, then tables, then methods.
--results is quality/results.jsonl of this repository, so that measurements can be added to later; for tables of one's
own it is a file in the cache.
What is compared and how is in quality/: tables*.py, splits.py, trees.py, networks.py, ours.py, spaces.py.
Needs quality/requirements.txt, and for `reszoo` the tools, built.
"""
import argparse
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "reszoo" / "tabular_quality"


def run_all(options):
    """Runs what is missing, each in a process; a run that fails is reported and left for the next call."""
    from quality.runs import append_result, read_results
    failed = 0
    for seed in options.seeds:
        for table in options.tables:
            for method in options.methods:
                limit = options.limit if options.mode == "limit" else None
                if (table, method, options.mode, limit, seed) in read_results(options.results):
                    continue
                line = _run_process(options, table, method, seed)
                if line is None:
                    failed += 1
                    continue
                append_result(options.results, line)
                print(json.dumps(line), file=sys.stderr, flush=True)
    return 1 if failed else 0


def _run_process(options, table, method, seed):
    command = [sys.executable, str(HERE), "one", "--tables", table, "--methods", method, "--seeds", str(seed),
               "--mode", options.mode, "--trials", str(options.trials), "--limit", str(options.limit),
               "--threads", str(options.threads),
               "--cache", str(options.cache), "--tools", str(options.tools)]
    command += [word for text in options.csv for word in ("--csv", text)]
    threads = {name: str(options.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    process = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **threads},
                             preexec_fn=lambda: _limit_processor(options.timeout))
    error = process.stderr
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        error = f"ended after {options.timeout} processor seconds or by the system"
    if process.returncode:
        print(f"{table} {method} {seed}: {error[-1500:]}", file=sys.stderr, flush=True)
        return None
    return json.loads(process.stdout.strip().splitlines()[-1])


def _limit_processor(seconds):
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


def run_one(options):
    from quality.runs import run
    options.table, options.method, options.seed = options.tables[0], options.methods[0], options.seeds[0]
    print(json.dumps(run(options)))
    return 0


def list_tables(options):
    from quality.splits import write_split
    for table in options.tables:
        print((write_split(options.cache, table, 0) / "table.json").read_text())
    return 0


def summary(options):
    from quality.summary import page
    Path(options.out).write_text(page(options.results, options.cache, options.speed))
    return 0


def main():
    from quality.runs import METHODS
    from quality.tables import TABLES, add_csv
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["run", "one", "tables", "summary"])
    parser.add_argument("--tables", nargs="+", help=f"of {', '.join(TABLES)}; all of them")
    parser.add_argument("--csv", action="append", default=[], help="a table of one's own instead: PATH:TARGET[:TASK]")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--mode", choices=["default", "tuned", "limit"], default="default")
    parser.add_argument("--trials", type=int, default=20, help="of the tuned class")
    parser.add_argument("--limit", type=int, default=60, help="seconds that each method has in the class of a limit")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--timeout", type=int, default=0, help="processor seconds of a run, after which it is ended")
    parser.add_argument("--results", type=Path, help="file of results")
    parser.add_argument("--cache", type=Path, default=CACHE / "splits")
    parser.add_argument("--tools", type=Path, default=ROOT / "build" / "release" / "tools", help="folder of train")
    parser.add_argument("--speed", type=Path, default=CACHE / "speed", help="folder of what the speed programs print")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "tabular.md")
    options = parser.parse_args()
    own = [add_csv(words) for words in options.csv]
    options.tables = options.tables or own or list(TABLES)
    options.results = options.results or (CACHE / "own.jsonl" if own else HERE.parent / "quality" / "results.jsonl")
    if unknown := set(options.tables) - set(TABLES):
        parser.error(f"--tables: no table {', '.join(sorted(unknown))}")
    return {"run": run_all, "one": run_one, "tables": list_tables, "summary": summary}[options.action](options)


if __name__ == "__main__":
    sys.exit(main())
