"""Sphinx's configuration. tools/site.sh runs it on build/site-source, which stage.py has made."""

import datetime
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
root = pathlib.Path(__file__).resolve().parents[2]
cmake = (root / "CMakeLists.txt").read_text()

project = "reszoo"
version = release = re.search(r"project\(reszoo\s+VERSION\s+([\d.]+)", cmake)[1]
author = "the authors of reszoo"
copyright = f"{datetime.date.today().year}, {author}"

extensions = ["myst_parser", "breathe", "reference", "sphinx_copybutton"]
exclude_patterns = ["doxygen"]

# The pages are GitHub's Markdown and nothing more: headings have the anchors that a code host gives them.
myst_enable_extensions = []
myst_heading_anchors = 4
smartquotes = False  # "--fuse" and {"key": 1} stay what they are

breathe_projects = {"reszoo": str(root / "build/site-source/doxygen/xml")}
breathe_default_project = "reszoo"
breathe_domain_by_file_pattern = {"*/c/reszoo.h": "c"}
breathe_default_members = ("members", "undoc-members")
cpp_maximum_signature_line_length = 100

# What is shown all the same: a default value that Sphinx does not understand, code with "…" in it.
suppress_warnings = ["source_code_parser.cpp", "misc.highlighting_failure"]

highlight_language = "none"
pygments_style = "tango"
pygments_dark_style = "github-dark"

html_theme = "furo"
html_title = f"reszoo {release}"
html_static_path = [str(root / "tools/site/static")]
html_css_files = ["site.css"]
html_search_scorer = str(root / "tools/site/scorer.js")
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}

copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"
