"""docs/python.md: its blocks run in order in one namespace, and print what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

from conftest import DIAMONDS, ROOT

PAGE = ROOT / "docs" / "python.md"
BLOCK = re.compile(r"(<!-- not run: [^\n]+ -->\n)?```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)


def test_the_page_runs(digits: Path, tmp_path: Path, monkeypatch) -> None:
    shutil.copy(DIAMONDS, tmp_path / "diamonds.csv.gz")
    shutil.copytree(digits, tmp_path / "photos")
    shutil.copy(sorted(digits.glob("3/*.png"))[0], tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text()
    blocks = list(BLOCK.finditer(page))
    assert len(blocks) > 10
    namespace: dict[str, object] = {}
    for block in blocks:
        not_run, code, expected = block.groups()
        if not_run:
            continue
        line = page.count("\n", 0, block.start(2))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + code, str(PAGE), "exec"), namespace)
        if expected is not None:
            assert printed.getvalue() == expected, f"docs/python.md:{line + 1}"
