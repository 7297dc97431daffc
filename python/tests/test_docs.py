"""The blocks of Python in the documentation run in order in one namespace, and print what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import pandas as pd
from conftest import DIAMONDS, ROOT

BLOCK = re.compile(r"(<!-- not run: [^\n]+ -->\n)?```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)


def run_page(page: Path) -> int:
    """Runs the blocks of a page in the current folder and returns how many there are."""
    text = page.read_text()
    namespace: dict[str, object] = {}
    blocks = list(BLOCK.finditer(text))
    for block in blocks:
        not_run, code, expected = block.groups()
        if not_run:
            continue
        line = text.count("\n", 0, block.start(2))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + code, str(page), "exec"), namespace)
        if expected is not None:
            assert f"{page.name}:{line + 1}\n{printed.getvalue()}" == f"{page.name}:{line + 1}\n{expected}"
    return len(blocks)


def test_the_page_about_python(digits: Path, tmp_path: Path, monkeypatch) -> None:
    shutil.copy(DIAMONDS, tmp_path / "diamonds.csv.gz")
    shutil.copytree(digits, tmp_path / "photos")
    shutil.copy(sorted(digits.glob("3/*.png"))[0], tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    assert run_page(ROOT / "docs" / "python.md") > 10


def test_the_readme(diamonds: pd.DataFrame, tmp_path: Path, monkeypatch) -> None:
    diamonds.to_csv(tmp_path / "diamonds.csv", index=False)
    monkeypatch.chdir(tmp_path)
    assert run_page(ROOT / "README.md") == 1
