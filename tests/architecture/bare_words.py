"""Words that would reach a reader without passing a catalogue: in templates, and in calls that speak to people."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from tests.architecture.source import dotted, python_files, tree, where

SPOKEN_ATTRIBUTES = {"title", "aria-label", "placeholder", "alt", "aria-description", "content", "data-confirm"}
# Names that every language writes alike.
SAME_EVERYWHERE = {"SHA-256", "UTF-8", "UTC", "API", "PDF", "CSV", "ISO", "MB", "Supplier Quality", "Message-ID"}
_SAMPLES = re.compile(r"&\w+;|\b[A-Z]{2,5}-\d+|\bopenapi\.json|/[\w-]+/")
# Attributes a macro puts together, and addresses.
_MACHINE = re.compile(r"""[\w-]+="|^[^\s]*/[^\s]*$""")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_SILENT = {"script", "style", "code", "kbd", "pre", "samp"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_CAPITAL = re.compile(r"\b[A-Z][a-z]+|[a-z]{2,} [a-z]{2,}")
_VALUE = "\ue000"
_environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def says_something(text: str) -> bool:
    """Whether there are words in it, other than names that are the same in every language."""
    for name in SAME_EVERYWHERE:
        text = text.replace(name, "")
    return bool(_WORD.search(_SAMPLES.sub("", text)))


def of_template(source: str) -> Iterator[str]:
    """Every text of a page that stands in the template itself, and every text an expression says by itself."""
    html = _Html()
    html.feed(_without_blocks(source))
    html.close()
    yield from html.found
    for output in _environment.parse(source).find_all(nodes.Output):
        for said in output.nodes:
            yield from (text for text in _said(said) if _CAPITAL.search(text) and says_something(text))


def of_plain_template(source: str) -> Iterator[str]:
    """The same for the text half of a mail."""
    yield from (line.strip() for line in _without_blocks(source).splitlines() if says_something(line))


def _without_blocks(source: str) -> str:
    """What a template holds outside of its tags; a value leaves a mark, translated blocks leave nothing else."""
    kept: list[str] = []
    names: list[str] = []
    inside, left_out = "", ""
    for _line, token, value in _environment.lex(source):
        if token == "data":
            kept.append("" if left_out else value)
        elif token in ("block_begin", "variable_begin"):
            inside, names = token, []
        elif token == "variable_end":
            kept.append(_VALUE)
        elif token == "block_end":
            if names[0] == "trans" or (names[0] == "block" and names[1].endswith("class")):
                left_out = f"end{names[0]}"
            elif names[0] == left_out:
                left_out = ""
            inside = ""
        elif inside == "block_begin" and token == "name":
            names.append(value)
    return "".join(kept)


def _said(node: nodes.Node) -> Iterator[str]:
    """The constant texts an expression may show; arguments of calls are for machines, or marked already."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _said(node.expr1)
        yield from _said(node.expr2) if node.expr2 else ()
    elif isinstance(node, nodes.Concat):
        for part in node.nodes:
            yield from _said(part)
    elif isinstance(node, nodes.Or):
        yield from _said(node.left)
        yield from _said(node.right)


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        for name, value in attrs:
            if name not in SPOKEN_ATTRIBUTES or not value or (tag == "meta" and name == "content"):
                continue
            if says_something(value):
                self.found.append(f"{name}={value.replace(_VALUE, '…')}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if not self._silent and says_something(text) and not _MACHINE.search(text):
            self.found.append(text.replace(_VALUE, "…"))


# Calls that speak to people: the places of their texts, by position and by name.
_SPEAKING: dict[str, tuple[tuple[int, ...], frozenset[str]]] = {
    "notify": ((0,), frozenset({"message"})),
    "Problem": ((0, 1), frozenset({"problem", "remedy"})),
    "with_error": ((1,), frozenset({"message"})),
    "Column": ((1,), frozenset({"label"})),
    "Filter": ((1,), frozenset({"label"})),
    "Line": ((0,), frozenset({"label"})),
    "Step": ((), frozenset({"title"})),
    "Hit": ((), frozenset({"title"})),
    "Unmet": ((), frozenset({"message"})),
    "RecordKind": ((1,), frozenset({"noun"})),
    "say": ((0,), frozenset()),
    "register_wording": ((1,), frozenset({"sentence"})),
    "option": ((), frozenset({"help"})),
    "argument": ((), frozenset({"help"})),
    "command": ((), frozenset({"help", "short_help"})),
    "Retry": ((0,), frozenset()),
}


def _errors() -> set[str]:
    """Names of the classes of errors that people read."""
    bases = {
        node.name: {dotted(base).split(".")[-1] for base in node.bases}
        for path in python_files("supplier_quality")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    }
    found = {"ProductError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def _is_bare(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and says_something(str(part.value)) for part in node.values)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    # Some errors take the name of a field first.
    return says_something(node.value) and not _IDENTIFIER.fullmatch(node.value)


def of_python() -> Iterator[str]:
    """``file:line text`` of every constant text that a call which speaks to people gets without ``_()``."""
    errors = _errors()
    for path in python_files("supplier_quality"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = dotted(node.func).split(".")[-1] if dotted(node.func) else getattr(node.func, "attr", "")
            places, words = _SPEAKING.get(name, ((0,), frozenset({"message"})) if name in errors else ((), frozenset()))
            given = [node.args[place] for place in places if place < len(node.args)]
            given += [keyword.value for keyword in node.keywords if keyword.arg in words]
            yield from (f"{where(path, node)} {ast.unparse(each)}" for each in given if _is_bare(each))


def of_templates(files: list[Path]) -> Iterator[str]:
    for path in files:
        reader = of_template if path.suffix == ".html" else of_plain_template
        yield from (f"{where(path)}: {text}" for text in reader(path.read_text(encoding="utf-8")))
