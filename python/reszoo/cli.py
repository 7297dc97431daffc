"""The tools on the path: ``reszoo train …`` and ``reszoo-train …`` run the C++ programs in this package."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from ._published import trust_system

_FOLDER = Path(__file__).parent / "bin"


def _run(tool: str, arguments: list[str]) -> NoReturn:
    trust_system()
    program = _FOLDER / tool
    os.execv(program, [str(program), *arguments])


def _tools() -> list[str]:
    return sorted(path.name for path in _FOLDER.iterdir())


def main() -> int:
    """Runs ``reszoo TOOL …``."""
    arguments = sys.argv[1:]
    tools = _tools()
    if arguments and arguments[0] in tools:
        _run(arguments[0], arguments[1:])
    if arguments == ["--version"]:
        from . import __version__

        print(f"reszoo {__version__}")
        return 0
    usage = f"Usage: reszoo TOOL [OPTIONS]\n\nTools: {', '.join(tools)}. reszoo TOOL --help has the options of each."
    if arguments in ([], ["--help"], ["-h"]):
        print(usage)
        return 0
    print(f"reszoo: {arguments[0]} is no tool; tools are {', '.join(tools)}", file=sys.stderr)
    return 2


def _tool() -> NoReturn:
    """Runs the tool that this script is called after: ``reszoo-train``."""
    _run(Path(sys.argv[0]).name.removeprefix("reszoo-"), sys.argv[1:])
