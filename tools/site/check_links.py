"""Checks the links of a built site: every page, file and anchor within it exists. Links to the internet are not asked.

    python3 tools/site/check_links.py build/site
"""

import pathlib
import re
import sys
import urllib.parse
from html.parser import HTMLParser


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.ids, self.links = {""}, []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("id", "name") and value:
                self.ids.add(value)
            elif name in ("href", "src") and value:
                self.links.append(value)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    pages = {path: Page(path) for path in sorted(root.glob("**/*.html"))}
    wrong, count, outside = [], 0, 0
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z+]+:|//", link):
                outside += 1
                continue
            count += 1
            target, _, anchor = urllib.parse.unquote(link).partition("#")
            target = target.partition("?")[0]
            other = (path.parent / target).resolve() if target else path
            if not other.is_file() or not other.is_relative_to(root):
                wrong.append(f"{path.relative_to(root)}: no file {target}")
            elif other in pages and anchor not in pages[other].ids:
                wrong.append(f"{path.relative_to(root)}: no {anchor} in {other.relative_to(root)}")
    if wrong or not pages:
        sys.exit("Links that lead nowhere:\n  " + "\n  ".join(dict.fromkeys(wrong)))
    print(f"{len(pages)} pages, {count} links within the site lead somewhere, {outside} links to other sites were not asked")


if __name__ == "__main__":
    main()
