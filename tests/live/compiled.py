"""Run packages that PyTorch compiled ahead of time (AOTInductor) with predict and bench.

    python3 compiled.py <folder of the tools>

Needs a C++ compiler with OpenMP. Expects the outputs of Python within 1e-5 of the largest one.
"""
import csv
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch


class Rows(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = torch.nn.Linear(8, 16), torch.nn.Linear(16, 1)

    def forward(self, x):
        return self.last(torch.relu(self.first(x)))


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


def main():
    tools = Path(sys.argv[1])
    folder = Path(tempfile.mkdtemp())
    torch.manual_seed(0)
    model, rows = Rows().eval(), torch.randn(7, 8)
    with torch.no_grad():
        expected = model(rows).flatten()
        batch = torch.export.Dim("batch", min=1, max=4096)
        exported = torch.export.export(model, (rows,), dynamic_shapes=({0: batch},))
        package = torch._inductor.aoti_compile_and_package(exported, package_path=str(folder / "rows.pt2"))
    table = folder / "rows.csv"
    names = ",".join("abcdefgh")
    table.write_text("\n".join([names] + [",".join(repr(v) for v in row) for row in rows.tolist()]) + "\n")
    done = run(tools / "predict", "--weights", package, table)
    assert "is compiled code" in done.stderr, done.stderr
    actual = torch.tensor([float(row["prediction"]) for row in csv.DictReader(io.StringIO(done.stdout))])
    error = ((actual - expected).abs().max() / expected.abs().max()).item()
    assert error <= 1e-5, error
    bench = run(tools / "bench", "--weights", package, "--input-size", "8", "--batch-size", "32", "--seconds", "0.1", "--json")
    assert json.loads(bench.stdout)["median"] > 0
    wrong = subprocess.run([tools / "bench", "--weights", package, "--input-size", "9"], capture_output=True, text=True)
    assert wrong.returncode == 1 and "cannot be run on (1, 9)" in wrong.stderr, wrong.stderr
    print(f"compiled package: error {error:.1e}")


main()
