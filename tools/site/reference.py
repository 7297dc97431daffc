"""How Breathe's pages of headers read: in the order of the header, without a level for the namespace.

Breathe shows a namespace as an object that holds all others, and declares it again on each page; within it and within
classes it sorts by kind. Here the content of a namespace stands on the page itself, and everything is in the order of
the header.
"""

import pathlib
import re

from breathe.renderer.sphinxrenderer import SphinxRenderer, WithContext
from docutils import nodes
from sphinx import addnodes
from sphinx.domains.cpp import DefinitionParser

def visit_namespace(self, node):
    """In place of Breathe's: the content alone, of this page's header, with names looked up in the namespace."""
    file_data = self.parse_compound(node.refid)
    namespace = file_data.compounddef[0]
    parent_context = self.context.create_child_context(file_data)
    env = self.app.env
    document = env.current_document
    header = f"reszoo/{env.docname.removeprefix('api/')}.h"
    before = document.cpp_parent_symbol, env.ref_context.get("cpp:parent_key")
    symbol = symbol_of(env, namespace.compoundname)
    document.cpp_parent_symbol, env.ref_context["cpp:parent_key"] = symbol, symbol.get_lookup_key()
    self.nesting_level += 1
    members = [(section, section.memberdef) for section in namespace.sectiondef]
    try:
        # Breathe would look at all members of the namespace for each page.
        for section, every in members:
            section.memberdef = [member for member in every if member.location and member.location.file == header]
        with WithContext(self, parent_context.create_child_context(namespace)):
            return self.visit_compounddef(namespace)
    finally:
        for section, every in members:
            section.memberdef = every
        self.nesting_level -= 1
        document.cpp_parent_symbol, env.ref_context["cpp:parent_key"] = before


def symbol_of(env, namespace):
    """Sphinx's entry for a namespace, as its directive cpp:namespace finds it."""
    symbol = env.domaindata["cpp"]["root_symbol"]
    for name in namespace.split("::"):
        parser = DefinitionParser(name, location="reference.py", config=env.config)
        symbol = symbol.add_name(parser.parse_namespace_object().nestedName)
    return symbol


def read_lines(xml):
    """The line of each entity in its header, by Doxygen's id."""
    lines = {}
    for path in pathlib.Path(xml).glob("*.xml"):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r'<memberdef [^>]*?id="(\w+)".*?<location file="[^"]*" line="(\d+)"', text, re.S):
            lines[found[1]] = int(found[2])
        places = re.findall(r'<location file="[^"]*" line="(\d+)"', text)  # that of the class or struct itself is the last
        if places:
            lines[path.stem] = int(places[-1])
    return lines


def in_order(container, lines):
    """Puts the entities among the children of a node in the order of the header, in place of sections by kind."""
    entities, rest = [], []
    pending = []  # a target or an index entry goes with the description behind it
    flat = []
    for child in container.children:
        if isinstance(child, nodes.container) and "breathe-sectiondef" in child["classes"]:
            flat += [inner for inner in child.children if not isinstance(inner, nodes.rubric)]
        elif isinstance(child, nodes.literal_block) or not child.astext().startswith("#include <"):
            flat.append(child)  # but not Breathe's line of the include, with which the page begins
    for child in flat:
        if isinstance(child, addnodes.index):
            pending.append(child)
        elif isinstance(child, addnodes.desc):
            ids = [name for target in child.findall(nodes.target) for name in target["ids"]]
            line = next((lines[name] for name in ids if name in lines), 0)
            entities.append((line, [*pending, child]))
            pending = []
        else:
            rest += [*pending, child]
            pending = []
    entities.sort(key=lambda entity: entity[0])
    container.children = []
    container.extend(rest)
    for _, parts in entities:
        container.extend(parts)


def order(app, doctree):
    if not app.env.docname.startswith("api/"):
        return
    if not hasattr(app, "header_lines"):
        app.header_lines = read_lines(app.config.breathe_projects["reszoo"])
    containers = list(doctree.findall(addnodes.desc_content)) + list(doctree.findall(nodes.section))
    for container in containers:
        if any(isinstance(child, (nodes.container, addnodes.desc)) for child in container.children):
            in_order(container, app.header_lines)


def setup(app):
    SphinxRenderer.visit_namespace = visit_namespace
    app.connect("doctree-read", order, priority=100)  # before Sphinx makes the page's table of contents
    return {"parallel_read_safe": True, "parallel_write_safe": True}
