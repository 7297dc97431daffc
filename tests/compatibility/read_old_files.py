"""Read the files of an older version with the current tools, and expect the same results as with that version.

    python3 read_old_files.py FOLDER TOOLS CASE

FOLDER has the files and `expected/` (32c92bd/README.md), TOOLS has the programs. CASE is table, classes, ensemble,
images, int8 or resume.
"""
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOLERANCE = 1e-4  # of the largest value: other processors sum in a different order
RESUMED = 0.15   # three epochs with other dropout masks: their hash has changed since
INT8 = 0.1        # of a probability: activations have 7 or 8 bits, depending on the processor
# As in make.sh; a resumed run must have the settings of the run before.
SETTINGS = ("--data table.csv --target price --recipe paper --model-kwargs width=8 --model-kwargs blocks=1 --batch-size 32 --lr 0.01 "
            "--sched plateau:1 --model-ema-decay 0.9").split()

folder, tools = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])


def run(tool, *arguments, cwd=folder):
    """Run a tool, which must succeed; return its stdout."""
    done = subprocess.run([tools / tool, *map(str, arguments), "--threads", "1"], cwd=cwd, text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"{tool} {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def expect_near(found, expected, tolerance, what):
    if abs(found - expected) > tolerance:
        sys.exit(f"{what}: {expected} then, {found} now")


def expect_same_table(found, expected, tolerance, words=True):
    """Expect numbers within `tolerance` of the largest one of their column and, on request, equal words."""
    now, then = (list(csv.reader(path.open(encoding="utf-8", newline=""))) for path in (found, expected))
    if [len(now), now[0]] != [len(then), then[0]]:
        sys.exit(f"{expected.name}: columns {then[0]} and {len(then)} lines then, {now[0]} and {len(now)} now")
    for column, name in enumerate(then[0]):
        if name == "top":  # rounded probabilities as text
            continue
        scale = max((abs(number(row[column]) or 0) for row in then[1:]), default=0)
        for line, (a, b) in enumerate(zip(now[1:], then[1:]), 2):
            where = f"{expected.name}:{line}, {name}"
            if number(b[column]) is not None and number(a[column]) is not None:
                expect_near(number(a[column]), number(b[column]), tolerance * scale, where)
            elif words and a[column] != b[column]:
                sys.exit(f"{where}: {b[column]} then, {a[column]} now")


def expect_same_metrics(found, expected):
    for name, then in expected.items():
        if isinstance(then, dict):
            expect_same_metrics(found[name], then)
        elif isinstance(then, (int, float)) and not name.endswith(("seconds", "per_second")):
            expect_near(found[name], then, TOLERANCE * max(1, abs(then)), name)


def predict(work, name, *options, rows, tolerance=TOLERANCE, words=True):
    run("predict", "--weights", f"{name}.safetensors", rows, "--out", work / "found.csv", *options)
    expect_same_table(work / "found.csv", folder / "expected" / f"{name}.csv", tolerance, words)


def evaluate(name):
    found = run("evaluate", "--weights", f"{name}.safetensors", "--data", "table.csv", "--json").splitlines()[-1]
    expect_same_metrics(json.loads(found), json.loads((folder / "expected" / f"{name}.json").read_text()))


def table(work):
    predict(work, "table", rows="table.csv")
    evaluate("table")


def classes(work):
    predict(work, "classes", "--proba", rows="table.csv")
    evaluate("classes")


def ensemble(work):
    predict(work, "ensemble", rows="table.csv")


def images(work):
    predict(work, "images", "--proba", rows="images")


def int8(work):
    predict(work, "int8", "--proba", "--precision", "float32", rows="images")
    predict(work, "int8", "--proba", "--precision", "int8", rows="images", tolerance=INT8, words=False)


def resume(work):
    """Resume from the checkpoint of the third epoch to the sixth, and expect the same epochs and the same model."""
    shutil.copytree(folder / "run", work / "run")
    shutil.copy(folder / "table.csv", work)
    run("train", *SETTINGS, "--epochs", "6", "--out", "run", "--resume", cwd=work)
    now, then = ([json.loads(line) for line in path.read_text().splitlines()]
                 for path in (work / "run/log.jsonl", folder / "expected/resumed.jsonl"))
    if [line["epoch"] for line in now] != [1, 2, 3, 4, 5, 6]:
        sys.exit(f"resumed: epochs {[line['epoch'] for line in now]}")
    for a, b in zip(now, then):
        expect_near(a["lr"], b["lr"], 1e-9, f"epoch {b['epoch']}, lr")
        expect_near(a["loss"], b["loss"], RESUMED * abs(b["loss"]), f"epoch {b['epoch']}, loss")
        for name, value in b["val"].items():
            expect_near(a["val"][name], value, RESUMED * max(abs(value), 0.1), f"epoch {b['epoch']}, {name}")
    run("predict", "--weights", "run/model.safetensors", "table.csv", "--out", "found.csv", cwd=work)
    expect_same_table(work / "found.csv", folder / "expected/resumed.csv", RESUMED)


CASES = {case.__name__: case for case in (table, classes, ensemble, images, int8, resume)}
with tempfile.TemporaryDirectory() as work:
    CASES[sys.argv[3]](pathlib.Path(work))
