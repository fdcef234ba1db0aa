"""The short way for typical guards: a checked tree as one Python function, compiled from a syntax tree built here.

Only nodes whose meaning in Python is exactly CEL's are translated; any other becomes a call of its closure. No text
of a
user ever becomes Python source: names and texts enter as constants. Python's ``and`` and ``or`` do not absorb errors as
CEL's ``&&`` and ``||`` do, so on any exception the whole expression is evaluated again by the exact closures.
"""

import ast
from collections.abc import Callable, Mapping

from supplier_quality.engine.expressions.closures import Closure, Compiler, Path, new_frame, plain
from supplier_quality.engine.expressions.facts import READY, from_plain
from supplier_quality.engine.expressions.syntax import Call, Choice, ListOf, Literal, Logic, Loop, Node, Not, Select
from supplier_quality.engine.expressions.times import DATE_PARTS, TIME_PARTS
from supplier_quality.engine.expressions.types import BOOL, DOUBLE, NULL, Type
from supplier_quality.engine.expressions.values import whole

Evaluate = Callable[[Mapping[str, object]], object]
_COMPARISONS: dict[str, type[ast.cmpop]] = {
    "_<_": ast.Lt, "_<=_": ast.LtE, "_>_": ast.Gt, "_>=_": ast.GtE, "_==_": ast.Eq, "_!=_": ast.NotEq,
}  # fmt: skip
_ARITHMETIC: dict[str, type[ast.operator]] = {"_+_": ast.Add, "_-_": ast.Sub, "_*_": ast.Mult}
_TEXT_METHODS = {"startsWith": "startswith", "endsWith": "endswith"}
_SMALL = 3
# What these give is known from their names alone.
_SURE = frozenset(
    {"size", "int", "double", "string", "bool", "timestamp", "duration", "date", "@in"}
    | {"contains", "startsWith", "endsWith", "matches", *_COMPARISONS, *DATE_PARTS, *TIME_PARTS}
)


def fast_function(compiler: Compiler, tree: Node, exact: Evaluate, slots: int) -> Evaluate:
    """A function of the facts that gives the same as ``exact``, sooner."""
    writer = _Writer(compiler, slots)
    body = writer.write(tree) if tree.type.kind != "optional" else None
    if body is None:
        return exact
    writer.constants["exact"] = exact
    facts = ast.arguments([], [ast.arg("facts")], None, [], [], None, [])
    handler = ast.ExceptHandler(_name("Exception"), None, [ast.Return(ast.Call(_name("exact"), [_name("facts")], []))])
    function = ast.FunctionDef("evaluate", facts, [ast.Try([ast.Return(body)], [handler], [], [])], [])
    module = ast.fix_missing_locations(ast.Module([function], []))
    namespace = writer.constants
    # The tree was built above from our own nodes; no text was parsed as Python.
    exec(compile(module, "<expression>", "exec"), namespace)  # noqa: S102 - a tree built here, no text
    return namespace["evaluate"]  # type: ignore[return-value]


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


class _Writer:
    def __init__(self, compiler: Compiler, slots: int) -> None:
        self.compiler = compiler
        self.slots = slots
        self.constants: dict[str, object] = {
            "whole": whole,
            "new_frame": new_frame,
            **{f"is_{k}": c for k, c in READY.items()},
        }
        self.count = 0

    def _constant(self, prefix: str, value: object) -> ast.Name:
        self.count += 1
        name = f"{prefix}{self.count}"
        self.constants[name] = value
        return _name(name)

    def write(self, node: Node) -> ast.expr | None:  # noqa: PLR0911 - one answer per kind
        """Python for a node, None when nothing is won by it."""
        path = self.compiler.path(node)
        if path is not None:
            return self._read(node, path)
        match node:
            case Literal(value=bool() | int() | float() | str() as value):
                return ast.Constant(value)
            case Logic():
                return self._logic(node)
            case Not() if self.is_bool(node.operand):
                return ast.UnaryOp(ast.Not(), self.operand(node.operand))
            case Choice() if self.is_bool(node.condition):
                return ast.IfExp(self.operand(node.condition), self.operand(node.yes), self.operand(node.no))
            case Call():
                return self._call(node)
        return None

    def is_bool(self, node: Node) -> bool:
        return plain(node.type) == BOOL and _sure(self.compiler, node)

    def operand(self, node: Node) -> ast.expr:
        """Python for a node inside another, which may be a call of its closure."""
        return self.write(node) or self._closure(node)

    def _closure(self, node: Node) -> ast.expr:
        closure: Closure = self.compiler.value(node)
        frame = ast.Call(_name("new_frame"), [_name("facts"), ast.Constant(self.slots)], [])
        return ast.Call(self._constant("closure", closure), [frame], [])

    def _raw(self, path: Path) -> ast.expr:
        value: ast.expr = _name("facts")
        for name in path.names:
            value = ast.Subscript(value, ast.Constant(name), ast.Load())
        return value

    def _read(self, node: Node, path: Path) -> ast.expr | None:
        type_ = plain(node.type)
        if path.slot or type_.kind not in READY:
            return None
        self.count += 1
        own = f"value{self.count}"
        convert = self._constant("convert", _converter(type_, path.label))
        assigned = ast.NamedExpr(ast.Name(own, ast.Store()), self._raw(path))
        kind = ast.Attribute(assigned, "__class__", ast.Load())
        test = ast.Compare(kind, [ast.Is()], [_name(f"is_{type_.kind}")])
        return ast.IfExp(test, _name(own), ast.Call(convert, [_name(own)], []))

    def _logic(self, node: Logic) -> ast.expr | None:
        if not all(self.is_bool(term) for term in node.terms):
            return None
        terms = [self.operand(term) for term in node.terms]
        return ast.BoolOp(ast.And() if node.conjunction else ast.Or(), terms)

    def _call(self, node: Call) -> ast.expr | None:
        operands = node.operands
        types = [plain(operand.type) for operand in operands]
        if node.name in ("_==_", "_!=_") and NULL in types:
            return self._null_test(node, types)
        if len(operands) != 2 or not _sure(self.compiler, operands[0]):
            return None
        if node.name == "@in":
            return self._in(operands[0], operands[1])
        if types[0] != types[1] or types[0].kind not in READY or not _sure(self.compiler, operands[1]):
            return None
        left, right = operands
        if node.name in _COMPARISONS:
            return ast.Compare(self._compared(left), [_COMPARISONS[node.name]()], [self._compared(right)])
        return self._computed(node.name, types[0], left, right)

    def _compared(self, node: Node) -> ast.expr:
        written = self.operand(node)
        return (
            ast.Attribute(written, "ns", ast.Load()) if plain(node.type).kind in ("timestamp", "duration") else written
        )

    def _computed(self, name: str, type_: Type, left: Node, right: Node) -> ast.expr | None:
        if name in _ARITHMETIC and type_.kind in ("int", "double"):
            result = ast.BinOp(self.operand(left), _ARITHMETIC[name](), self.operand(right))
            return result if type_ == DOUBLE else ast.Call(_name("whole"), [result], [])
        if type_.kind == "string" and name == "contains":
            # The text is evaluated first, as in the closures; `in` would take the part first, which shows nowhere.
            return ast.Compare(self.operand(right), [ast.In()], [self.operand(left)])
        if type_.kind == "string" and name in _TEXT_METHODS:
            method = ast.Attribute(self.operand(left), _TEXT_METHODS[name], ast.Load())
            return ast.Call(method, [self.operand(right)], [])
        return None

    def _null_test(self, node: Call, types: list[Type]) -> ast.expr | None:
        other = node.args[1 - types.index(NULL)]
        path = self.compiler.path(other)
        if path is None or path.slot or other.type.kind != "optional":
            return None
        operator = ast.Is() if node.name == "_==_" else ast.IsNot()
        return ast.Compare(self._raw(path), [operator], [ast.Constant(None)])

    def _in(self, value: Node, container: Node) -> ast.expr | None:
        """Membership in a written list of texts or of integers, where Python's equality is CEL's."""
        if not isinstance(container, ListOf) or not container.items:
            return None
        kind = plain(value.type)
        if kind.kind not in ("string", "int"):
            return None
        if not all(isinstance(item, Literal) and item.type == kind for item in container.items):
            return None
        members = tuple(item.value for item in container.items if isinstance(item, Literal))
        if len(members) <= _SMALL:
            known: ast.expr = ast.Tuple([ast.Constant(member) for member in members], ast.Load())  # type: ignore[arg-type]
        else:
            known = self._constant("members", frozenset(members))
        return ast.Compare(self.operand(value), [ast.In()], [known])


def _sure(compiler: Compiler, node: Node) -> bool:
    """Whether the value surely has the static type: what comes out of a list or map of unknown things may not."""
    match node:
        case Literal() | Logic() | Not() | Select(test=True):
            return True
        case Loop():
            return node.type == BOOL
        case Call():
            return node.name in _SURE or all(_sure(compiler, operand) for operand in node.operands)
        case Choice():
            return _sure(compiler, node.yes) and _sure(compiler, node.no)
    path = compiler.path(node)
    return path is not None and plain(node.type).kind in READY


def _converter(type_: Type, label: str) -> Callable[[object], object]:
    return lambda value: from_plain(value, type_, label)
