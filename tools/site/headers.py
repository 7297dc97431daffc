"""Copies the public headers, and gives their comments the form that Doxygen reads.

    python3 tools/site/headers.py include build/site-source/doxygen/include

C++ headers have `///` comments in Markdown, in which "Throws:" and the like begin a paragraph; the first comment of a
header is about the file. The C header has plain comments.
"""

import pathlib
import re
import sys

PARAGRAPH = re.compile(r"^(\s*///) (Shape|Throws|Source|Keys|Differs|Returns): ?(.*)$")

# Sphinx reads a default argument with named fields if its type is before it, and no shift in it.
SHIFT = re.compile(r"int64_t\{1\} << (\d+)")
DEFAULT = re.compile(r"(const (\w+)& \w+ )= \{\.")


def cpp(lines):
    result = []
    if lines and lines[0].startswith("///"):
        result.append("/// @file\n")
    for line in lines:
        if DEFAULT.search(line):
            line = SHIFT.sub(lambda found: str(1 << int(found[1])), DEFAULT.sub(r"\1= \2{.", line))
        found = PARAGRAPH.match(line)
        if found:
            result += [found[1] + "\n", f"{found[1]} **{found[2]}:** {found[3]}\n"]
        else:
            # A @ in prose is no command.
            result.append(re.sub(r"(?<![\w\s])@(?=\w)|(?<=\w)@(?=\w)", "@@", line) if "///" in line else line)
    return result


def c(lines):
    text = re.sub(r"^#if defined\(__GNUC__\)\n.*?^#endif\n", "", "".join(lines), flags=re.M | re.S)  # how it is exported
    text = re.sub(r"^/\* --- (.+) --- \*/\n", r"", text, flags=re.M)
    text = re.sub(r"(?<=[;,{}\d\w]) +/\* ", " /**< ", text)     # behind what it is about
    text = re.sub(r"^/\* ", "/** ", text, flags=re.M)
    text = re.sub(r"^/\*\* ", "/** @file\n * ", text, count=1)  # the first one
    return text.splitlines(keepends=True)


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    for header in source.glob("**/*.h"):
        lines = header.read_text(encoding="utf-8").splitlines(keepends=True)
        name = header.relative_to(source)
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("".join((c if name.parts[:2] == ("reszoo", "c") else cpp)(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
