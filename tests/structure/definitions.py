"""Find types and functions with external linkage that two files of one program define.

Two classes with the same qualified name and different members compile and link without a warning and then
conflict at run time, since the linker keeps one copy of each inline function (the one-definition rule). The
same holds for a function that is inline, a template, or in a library that a program does not link.

    python3 definitions.py ROOT

checks every .h and .cpp file in include, src, models and tools below ROOT, which may all be linked into one
program, and each folder of tests, which is one program. It reads tokens, not C++: names in an anonymous
namespace or `static` ones are ignored, declarations do not count, functions are distinguished by their
parameters, and templates by their specialisation. An alias conflicts with a type, and with an alias of
another type. Prints each conflict and returns 1 if there is one.
"""
import pathlib
import re
import sys

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'                                            # comments
    r'|R"([^()\\ ]*)\(.*?\)\1"'                                       # raw strings
    r'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''                    # strings and characters
    r'|^[ \t]*\#(?:\\\n|[^\n])*'                                      # the preprocessor's lines
    r"|[A-Za-z_]\w*|\d(?:[\w.]|'\d)*|::|->|<=>|[=!<>+\-*/%&|^]=|&&|\|\||\+\+|--|\.\.\.|\S",
    re.DOTALL | re.MULTILINE)
TYPE_WORDS = {"struct", "class", "union", "enum"}
BUILT_IN = {"int", "char", "bool", "float", "double", "long", "short", "unsigned", "signed", "void", "auto", "const"}


def tokens_of(text):
    """Return the tokens of a file without comments and preprocessor lines; a string is '""'."""
    found = []
    for match in TOKEN.finditer(text):
        token = match.group()
        if token.startswith(("//", "/*")) or token.lstrip().startswith("#"):
            continue
        found.append('""' if token[0] in "\"'" or token.startswith('R"') else token)
    return found


def closing(tokens, at, opening="{", end="}"):
    """Return the position of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i] == opening) - (tokens[i] == end)
        if depth == 0:
            return i
    return len(tokens) - 1


def without_prefix(head):
    """Return a statement without template <...>, attributes and alignas, and whether there was a template <>."""
    while head:
        if head[0] == "template" and head[1:2] == ["<"]:
            head = head[closing(head, 1, "<", ">") + 1:]
        elif head[:2] == ["[", "["]:
            head = head[closing(head, 0, "[", "]") + 1:]
        elif head[0] in ("inline", "typedef", "constexpr"):
            head = head[1:]
        else:
            return head
    return head


def type_name(head):
    """Return the name of the class or enumeration that `head` defines, or None."""
    head = without_prefix(head)
    if not head or head[0] not in TYPE_WORDS:
        return None
    rest = head[1:]
    if rest[:1] in (["class"], ["struct"]):
        rest = rest[1:]
    while rest[:1] == ["alignas"] or rest[:1] == ["["]:
        opening = "(" if rest[0] == "alignas" else "["
        rest = rest[closing(rest, rest.index(opening), opening, {"(": ")", "[": "]"}[opening]) + 1:]
    for i, token in enumerate(rest):
        if token in (":", "final"):
            rest = rest[:i]
            break
    if "(" in rest or "=" in rest:
        return None  # a function or a variable of that type
    return "".join(rest) or None


def parameter(tokens):
    """Return a parameter's type, without its default value and name."""
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token in "([{<") - (token in ")]}>")
        if token == "=" and depth == 0:
            tokens = tokens[:i]
            break
    name = re.compile(r"[A-Za-z_]\w*$")
    tokens = [token for token in tokens if token != "const"]
    if len(tokens) > 1 and name.match(tokens[-1]) and tokens[-1] not in BUILT_IN and tokens[-2] != "::":
        tokens = tokens[:-1]
    return " ".join(tokens)


def function_name(head):
    """Return the name and parameter types of the function that `head` defines, or None."""
    head = without_prefix(head)
    if "static" in head or not head:
        return None
    depth = 0
    at = None
    for i, token in enumerate(head):
        if token == "operator":
            at = head.index("(", i + (3 if head[i + 1:i + 3] == ["(", ")"] else 1))
            break
        if token == "=" and depth == 0:
            return None
        if token == "(" and depth == 0 and i > 0:
            at = i
            break
        depth += (token == "<") - (token == ">")
    if at is None:
        return None
    begin = at - 1
    if "operator" in head[:at]:
        begin = head.index("operator")
    elif head[begin] == ">":
        while head[begin] != "<":
            begin -= 1
        begin -= 1
    while begin > 1 and head[begin - 1] == "::":
        begin -= 2
    name = "".join(head[begin:at])
    if not re.match(r"[A-Za-z_~]", name) or name == "catch":  # a function whose body is a try block
        return None
    parameters, current, depth = [], [], 0
    for token in head[at + 1:closing(head, at, "(", ")")]:
        if token == "," and depth == 0:
            parameters.append(parameter(current))
            current = []
            continue
        depth += (token in "([{<") - (token in ")]}>")
        current.append(token)
    if current:
        parameters.append(parameter(current))
    return f"{name}({', '.join(parameters)})"


def in_parentheses(head):
    """Return whether a brace after `head` is in a parameter list, as a default value."""
    return head.count("(") > head.count(")")


def in_member_initialiser(head):
    """Return whether a brace after `head` initialises a member: `X::X() : a_{1}` before its body."""
    for i in range(len(head) - 1):
        if head[i] == ")" and head[i + 1] == ":":
            return head[-1] not in (")", "}")
    return False


def alias(statement):
    """Return the name and meaning of a `using X = ...;`, or None."""
    statement = without_prefix(statement)
    if len(statement) > 3 and statement[0] == "using" and statement[2] == "=":
        return statement[1], " ".join(statement[3:])
    return None


def definitions(text):
    """Return (kind, qualified name, meaning) of everything that a file defines with external linkage."""
    tokens = tokens_of(text)
    scopes, head, i = [], [], 0
    while i < len(tokens):
        token = tokens[i]
        where = "::".join(name for name in scopes if name)
        named = (where + "::" if where else "")
        hidden = "(anonymous)" in scopes
        if token == ";":
            found = alias(head)
            if found and not hidden:
                yield "alias", named + found[0], found[1]
            head = []
        elif token == "}":
            if scopes:
                scopes.pop()
            head = []
        elif token == "{":
            if head[:1] == ["namespace"] or head[:2] == ["inline", "namespace"]:
                scopes.append("".join(head[head.index("namespace") + 1:]) or "(anonymous)")
                head = []
            elif head[:1] == ["extern"] and len(head) == 2:
                scopes.append("")
                head = []
            else:
                end = closing(tokens, i)
                if in_parentheses(head) or in_member_initialiser(head):
                    head += ["{", "}"]
                    i = end + 1
                    continue
                kind, name = "type", type_name(head)
                if not name:
                    kind, name = "function", function_name(head)
                if name and not hidden:
                    yield kind, named + name, ""
                head = [] if name else head + ["{", "}"]
                i = end
        else:
            head.append(token)
            if token == ")" and re.match(r"HWY_(BEFORE|AFTER)_NAMESPACE", head[0]):
                head = []
        i += 1


def clashes(root, files):
    """Return a line for each name that two of the files define."""
    known = {}
    for path in sorted(files):
        label = path.relative_to(root).as_posix()
        for kind, name, meaning in definitions(path.read_text(encoding="utf-8")):
            if not re.match(r"main\(", name):
                known.setdefault(name, []).append((label, kind, meaning))
    for name, places in sorted(known.items()):
        labels = sorted({label for label, _, _ in places})
        kinds = {kind for _, kind, _ in places}
        meanings = {meaning for _, _, meaning in places}
        if len(labels) > 1 and (kinds != {"alias"} or len(meanings) > 1):
            yield f"  {name}: defined in {' and '.join(labels)}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    def below(*folders):
        return [path for folder in folders for path in (root / folder).rglob("*") if path.suffix in (".h", ".cpp")]
    # The C interface of reszoo::runtime stands in for that of the other libraries, which no program links with it.
    alone = set(below("src/c/runtime"))
    programs = [[path for path in below("include", "src", "models", "tools") if path not in alone]]
    programs.append([*alone, *below("include", "src/runtime")])
    programs += [below(folder.relative_to(root)) for folder in sorted(root.glob("tests/*")) if folder.name != "structure"]
    if not programs[0]:
        sys.exit(f"definitions.py: no C++ file below {root}")
    found = sorted({line for files in programs for line in clashes(root, files)})
    if found:
        sys.exit("Defined twice with external linkage, where one program may see both:\n" + "\n".join(found))
    print(f"{sum(len(files) for files in programs)} files, no name defined twice")


main()
