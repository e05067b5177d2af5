"""The functions of a C++ file, found without a compiler: enough of the grammar for code that clang-format has laid
out."""

import dataclasses
import re


@dataclasses.dataclass
class Function:
    name: str
    line: int  # of its first line
    lines: int  # from there to its closing brace
    parameters: int


def blanked(text):
    """The text without comments, directives and what literals hold, every line in its place."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\''
        r"|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
        re.S | re.M,
    )
    return pattern.sub(lambda m: '""' * (m.group()[0] in '"R') + re.sub(r"[^\n]", "", m.group()), text)


def matching(text, start):
    """The index behind the bracket that closes text[start]."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if depth == 0:
            return i + 1
    return len(text)


def without_template(head):
    while match := re.match(r"\s*template\s*<", head):
        depth, i = 1, match.end()
        while depth and i < len(head):
            depth += (head[i] == "<") - (head[i] == ">")
            i += 1
        head = head[i:]
    return re.sub(r"\[\[.*?\]\]", "", head)


def signature(head):
    """(name, number of parameters) of the function that `head` begins; None where it begins something else."""
    head = without_template(head)
    match = re.search(r"(operator\s*(?:\(\)|\[\]|[^\s\w(]+|[\w:<>*& ]+?)|~?[\w:]+)\s*\(", head)
    if match is None or re.search(r"(^|[^=!<>])=([^=]|$)", head[:match.start()]):
        return None
    name = match.group(1)
    if name.split("::")[-1] in ("if", "for", "while", "switch", "catch", "return", "alignas", "decltype"):
        return None
    inside = head[match.end():matching(head, match.end() - 1) - 1]
    depth, count = 0, 1 if inside.strip() not in ("", "void") else 0
    for i, c in enumerate(inside):
        depth += (c in "([{<") - (c in ")]}" or (c == ">" and inside[i - 1] not in "-="))
        count += c == "," and depth == 0
    return name, count


def functions(text):
    """Of namespaces and classes; what stands in a function belongs to it."""
    text = blanked(text)
    found, scopes, start, i, line = [], [], 0, 0, 1
    while i < len(text):
        c = text[i]
        if c == "\n":
            line += 1
        elif c == "(":  # a default argument or a lambda's body is no scope
            end = matching(text, i)
            line += text.count("\n", i, end)
            i = end
            continue
        elif c == "{":
            head = text[start:i]
            words = without_template(head)
            if re.match(r"\s*(inline\s+)?namespace\b|\s*extern\s*\"\"", words) or (
                re.search(r"\b(class|struct|union)\b", words) and "(" not in re.sub(r"alignas\s*\([^)]*\)", "", words)
            ):
                scopes.append("open")
                start = i + 1
            else:
                named = signature(head)
                end = matching(text, i)
                # What stands behind a member of a constructor's list is its value.
                value = named and re.search(r"\)\s*(noexcept\s*)?:", head) and re.search(r"[\w>]\s*$", head)
                if named and not value:
                    first = line - head.lstrip().count("\n")
                    last = line + text.count("\n", i, end)
                    found.append(Function(named[0], first, last - first + 1, named[1]))
                line += text.count("\n", i, end)
                i = end
                if named and not value:
                    start = i
                continue
        elif c == "}":
            if scopes:
                scopes.pop()
            start = i + 1
        elif c == ";":
            start = i + 1
        elif c == ":" and re.search(r"\b(public|private|protected)\s*$", text[start:i]):
            start = i + 1
        i += 1
    return found
