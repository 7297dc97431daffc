"""Makes the source of the site in a folder: the pages of docs/, and the pages that only the site has.

    python3 tools/site/stage.py build/site-source

- Every page of docs/, the README and the changelog. Links that leave docs/ lead to pages of the site instead: those to a
  public header to its page of the reference, those to another file to a page that shows it.
- The reference: a page for each public header, by room, filled by Breathe from Doxygen's XML.
- The tables of contents: the sections of docs/index.md and the pages that they list. A page that none lists is added to
  "Guides", so that the site is never without it; the test `docs_contents` then fails.
"""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
HEADERS = ROOT / "include"

FENCE = re.compile(r"(^[ ]*```.*?^[ ]*```[ ]*$)", re.M | re.S)
LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s#]+)(#[^()\s]*)?\)")
LISTED = re.compile(r"^(?:-|(\d+)\.) \[([^\]]+)\]\(([^()\s#:]+)\)", re.M)
PRIVATE = re.compile(r'<sectiondef kind="(?:private-[\w-]+|friend)">.*?</sectiondef>'
                     r'|<innerclass [^>]*prot="private">[^<]*</innerclass>', re.S)
LEXERS = {".cpp": "cpp", ".h": "cpp", ".c": "c", ".py": "python", ".sh": "bash", ".cmake": "cmake", ".f90": "fortran",
          ".toml": "toml", ".json": "json", ".md": "markdown"}


class Site:
    def __init__(self, folder):
        self.folder = folder
        self.written = set()
        self.shown = {}  # file of the tree: its page

    def write(self, page, text):
        target = self.folder / page
        self.written.add(target)
        if target.exists() and target.read_text(encoding="utf-8") == text:
            return  # so that Sphinx does not read it again
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def remove_others(self):
        """Removes the pages of an earlier run that are no longer pages."""
        for page in self.folder.glob("**/*.md"):
            if page not in self.written:
                page.unlink()

    def page_of(self, path):
        """The page of the site for a file or folder of the tree."""
        if path in (ROOT / "README.md", ROOT / "CHANGELOG.md"):
            return path.name.lower()
        if path.is_relative_to(DOCS):
            return path.relative_to(DOCS).as_posix()
        if path.is_relative_to(HEADERS):
            inner = path.relative_to(HEADERS / "reszoo")
            return "api/" + (inner / "index.md" if path.is_dir() else inner.with_suffix(".md")).as_posix()
        if path not in self.shown:
            # A folder and a file may differ in nothing but an ending, so the ending stays.
            self.shown[path] = f"files/{path.relative_to(ROOT).as_posix()}.md"
        return self.shown[path]

    def add_page(self, source, extra=""):
        """Copies a page, with its links turned to pages of the site."""
        page = self.page_of(source)

        def turned(link):
            text, target, anchor = link[1], link[2], link[3] or ""
            path = (source.parent / target).resolve()
            if re.match(r"[a-z+]+:", target) or not path.exists():
                return link[0]  # of the internet, or wrong: Sphinx then says so
            if text == path.name and path.suffix == ".md":  # a page has its title in place of its file's name
                text = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
            return f"[{text}]({os.path.relpath(self.page_of(path), os.path.dirname(page) or '.')}{anchor})"

        parts = FENCE.split(source.read_text(encoding="utf-8"))
        text = "".join(part if FENCE.match(part) else LINK.sub(turned, part) for part in parts)
        self.write(page, text + extra)

    def add_files(self):
        """A page for each file that a page links to."""
        for path, page in self.shown.items():
            name = path.relative_to(ROOT).as_posix()
            head = f"---\norphan: true\nnosearch: true\n---\n\n# {name}\n\n"
            if path.is_dir():
                names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in path.iterdir())
                self.write(page, head + "A folder of the source, with:\n\n" + "".join(f"- {name}\n" for name in names))
                continue
            lexer = LEXERS.get(path.suffix, "cmake" if path.name == "CMakeLists.txt" else "none")
            self.write(page, head + code(path, lexer))

    def add_reference(self):
        """A page for each public header, one for each room with its headers, and one for all rooms."""
        design = (DOCS / "design.md").read_text(encoding="utf-8")
        rooms = [(name, holds) for name, holds in re.findall(r"^\| `(\w+)` \| (.+?) \| [^|]+ \|$", design, re.M)
                 if (HEADERS / "reszoo" / name).is_dir()]
        missing = {path.name for path in (HEADERS / "reszoo").iterdir() if path.is_dir()} - {name for name, _ in rooms}
        if missing:
            sys.exit(f"stage.py: docs/design.md has no row for the room {', '.join(sorted(missing))}")

        lines = ["# API reference", "",
                 "Every public header, by room. A program includes `<reszoo/reszoo.h>`, which is all of `reszoo::core`,",
                 "`<reszoo/all.h>`, or what it needs; [Building and installing](../building.md) has the CMake targets.", "",
                 "| room | holds |", "|---|---|"]
        lines += [f"| [`{name}`]({name}/index.md) | {holds} |" for name, holds in rooms]
        lines += ["", "{ref}`All names, sorted <genindex>`"]
        for name in ("reszoo.h", "all.h"):
            lines += ["", f"## {name}", "", code(HEADERS / "reszoo" / name, "cpp")]
        lines += ["", "```{toctree}", ":hidden:", ""] + [f"{name}/index" for name, _ in rooms] + ["```"]
        self.write("api/index.md", "\n".join(lines) + "\n")

        for room, holds in rooms:
            headers = sorted((HEADERS / "reszoo" / room).glob("**/*.h"))
            lines = [f"# {room}", "", holds[0].upper() + holds[1:] + ".", "", "| header | |", "|---|---|"]
            for header in headers:
                lines.append(f"| [`{header.name}`]({header.stem}.md) | {about(header)} |")
            self.write(f"api/{room}/index.md", "\n".join(lines) + "\n")
            for header in headers:
                name = header.relative_to(HEADERS).as_posix()
                # Not in the table of contents, which every page has at its side: it would be ten times as long.
                self.write(self.page_of(header), f"---\norphan: true\n---\n\n# {room} / {header.name}\n\n"
                           f"[API reference](../index.md) / [{room}](index.md)\n\n"
                           f"```{'c' if room == 'c' else 'cpp'}\n#include <{name}>\n```\n\n"
                           f"```{{doxygenfile}} {name}\n```\n")

    def contents(self):
        """The tables of contents, of the sections of docs/index.md."""
        sections = re.split(r"^## (.+)\n", (DOCS / "index.md").read_text(encoding="utf-8"), flags=re.M)[1:]
        lists, taken = {}, {"index.md"}
        for title, body in zip(sections[::2], sections[1::2]):
            lists[title] = []
            for number, text, target in LISTED.findall(body):
                page = self.page_of((DOCS / target).resolve())
                if page not in taken:
                    lists[title].append(f"{number}{'. ' if number else ''}{text} <{page}>")
                taken.add(page)
        pages = {path.relative_to(DOCS).as_posix() for path in DOCS.glob("**/*.md")}
        lists.setdefault("Guides", []).extend(sorted(pages - taken))
        tree = "\n```{{toctree}}\n:hidden:\n:caption: {}\n\n{}\n```\n"
        return "".join(tree.format(title, "\n".join(listed)) for title, listed in lists.items() if listed)


def code(path, lexer):
    """The file as a block of code."""
    return f"``````{lexer}\n{path.read_text(encoding='utf-8').strip()}\n``````\n"


def change(path, changed):
    """Writes a file again if its text becomes another: Sphinx reads again what is new."""
    text = path.read_text(encoding="utf-8")
    result = changed(text)
    if result != text:
        path.write_text(result, encoding="utf-8")


def prepare(xml):
    """Makes of Doxygen's XML what Breathe should show: no private parts, and headers by the names that programs include.

    Breathe looks for a header by the name in Doxygen's index, which is that without its folders.
    """
    for path in xml.glob("*.xml"):
        change(path, lambda text: PRIVATE.sub("", text))

    def named(compound):
        path = re.search(r'<location file="([^"]+)"/>', (xml / f"{compound[1]}.xml").read_text(encoding="utf-8"))
        return f'<compound refid="{compound[1]}" kind="file"><name>{path[1]}</name>'

    change(xml / "index.xml", lambda text: re.sub(r'<compound refid="(\w+)" kind="file"><name>[^<]+</name>', named, text))


def about(header):
    """The first comment of a header, without its end."""
    text = header.read_text(encoding="utf-8")
    found = re.match(r"((?:///.*\n)+)|/\*((?:[^*]|\*(?!/))*?)(?:\n \*\n|\*/)", text)
    words = re.sub(r"^(///| \*)", "", (found[1] or found[2]) if found else "", flags=re.M).split()
    return re.split(r"(?<=\.) (?=[A-Z])", " ".join(words))[0].replace("|", "\\|")


def main():
    site = Site(pathlib.Path(sys.argv[1]).resolve())
    prepare(site.folder / "doxygen/xml")
    site.add_reference()
    for page in sorted(DOCS.glob("**/*.md")):
        site.add_page(page, site.contents() if page == DOCS / "index.md" else "")
    site.add_page(ROOT / "README.md")
    site.add_page(ROOT / "CHANGELOG.md")
    site.add_files()
    site.remove_others()


if __name__ == "__main__":
    main()
