#!/usr/bin/env bash
# Builds the site of the documentation into build/site: the pages of docs/ and a reference of the public headers, with a
# search that needs no network. Open build/site/index.html. Warnings are errors, and all links within the site are checked.
# Needs Doxygen, which tools/setup.sh --full installs; Sphinx goes into an environment of its own, .deps/site.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.deps/site
source=build/site-source
say() { printf 'site: %s\n' "$*" >&2; }

command -v doxygen >/dev/null || { say "Doxygen is missing: apt-get install doxygen, or tools/setup.sh --full"; exit 1; }
if ! cmp -s tools/site/requirements.txt "$venv/requirements.txt"; then
  say "installing Sphinx into $venv"
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps -r tools/site/requirements.txt
  cp tools/site/requirements.txt "$venv/requirements.txt"
fi

# Doxygen's files are read again by Sphinx if they are new, so they are made only if a header is.
mkdir -p "$source/doxygen"
if [ -n "$(find include tools/site/Doxyfile tools/site/headers.py -newer "$source/doxygen/done" 2>&1 | head -n 1)" ]; then
  say "reading the headers"
  rm -rf "$source/doxygen/xml" "$source/doxygen/include"
  "$venv/bin/python" tools/site/headers.py include "$source/doxygen/include"
  doxygen tools/site/Doxyfile
  touch "$source/doxygen/done"
fi
"$venv/bin/python" tools/site/stage.py "$source"
find "$source" -name '*.md' | sort | cmp -s - "$source/pages" || rm -rf build/site-doctrees  # links to new pages
find "$source" -name '*.md' | sort >"$source/pages"
say "writing the pages"
# -a: every page has the table of contents at its side.
"$venv/bin/sphinx-build" -q -a -W --keep-going -j auto -c tools/site -d build/site-doctrees "$source" build/site
"$venv/bin/python" tools/site/check_links.py build/site
say "$(du -sh build/site | cut -f1) in build/site; open build/site/index.html"
