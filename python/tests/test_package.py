"""What the wheel holds: tools on the path, stubs, a quick import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import reszoo

FOLDER = Path(reszoo.__file__).parent
TOOLS = ["bench", "convert", "evaluate", "features", "models", "predict", "serve", "train"]
ROWS = "from reszoo import Model, Network, create_model, load, train\n"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("tool", TOOLS)
def test_tools_are_on_the_path(tool):
    for command in (["reszoo", tool], [f"reszoo-{tool}"], [sys.executable, "-m", "reszoo", tool]):
        done = run(*command, "--help")
        assert done.returncode == 0 and "--help" in done.stdout, done.stderr
    assert run("reszoo", tool, "--no-such-option").returncode == 2


def test_the_command():
    assert run("reszoo", "--version").stdout == f"reszoo {reszoo.__version__}\n"
    assert run("reszoo").stdout.startswith("Usage: reszoo TOOL")
    done = run("reszoo", "trian")
    assert done.returncode == 2 and "trian is no tool" in done.stderr


def test_the_files():
    assert sorted(path.name for path in (FOLDER / "bin").iterdir()) == TOOLS
    for name in ("py.typed", "_reszoo.pyi", "_hub.pyi"):
        assert (FOLDER / name).exists()


def test_importing_it_does_not_import_pytorch_or_pandas():
    program = (
        "import sys, reszoo; print([name for name in ('torch', 'pandas', 'sklearn', 'polars') if name in sys.modules])"
    )
    assert run(sys.executable, "-c", program).stdout == "[]\n"


@pytest.mark.parametrize("first", ["torch", "pyarrow", "pyarrow.parquet", "pandas", "sklearn", "ssl", "numpy"])
def test_packages_may_be_imported_in_any_order(first):
    rest = "import torch, pyarrow.parquet, ssl, hashlib, hmac; hashlib.sha256(b'').hexdigest(); torch.rand(3).sum()"
    for order in (f"import {first}, reszoo", f"import reszoo, {first}"):
        done = run(
            sys.executable, "-c", f"{order}; reszoo.create_model('cifar_resnet20'); from reszoo import _hub; {rest}"
        )
        assert done.returncode == 0, done.stderr


def test_type_checkers_know_the_package(tmp_path):
    good = tmp_path / "good.py"
    good.write_text(
        ROWS + "model: Model = train('rows.csv', 'y', epochs=3)\nmodel.save('m.safetensors')\n"
        "network: Network = create_model('resnet18')\nnames: list[str] = model.classes\n"
    )
    bad = tmp_path / "bad.py"
    bad.write_text(ROWS + "model: Model = train('rows.csv', 'y', epochs='many')\nload(3)\nmodel.no_such_method()\n")
    check = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), "--no-error-summary"]
    done = run(*check, str(good))
    assert done.returncode == 0, done.stdout
    assert run(*check, str(bad)).stdout.count("error:") == 3
