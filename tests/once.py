"""What is the same in every test and costs more than most of them is done once in a process of the tests.

Each test opens a database and an application of its own; the product does all this once, when it starts.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule

from supplier_quality.engine.definitions import RuleFile, folder


@contextmanager
def all_once() -> Iterator[None]:
    with ExitStack() as stack:
        for once in (_templates, _addresses, _statements, _rule_files):
            stack.enter_context(once())
        yield


class _CompiledTemplates(BytecodeCache):
    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@contextmanager
def _templates() -> Iterator[None]:
    """Each application would compile them anew."""
    before = Flask.jinja_options
    Flask.jinja_options = {**before, "bytecode_cache": _CompiledTemplates()}
    yield
    Flask.jinja_options = before


@contextmanager
def _addresses() -> Iterator[None]:
    """What werkzeug compiles for reading and building addresses: two thirds of what making an application costs.

    Applications differ only in how they read numbers in addresses, which is why that is part of the key.
    """
    changed: Any = Rule
    compile_rule = changed.compile
    kept: dict[Any, Any] = {}

    def compile_once(rule: Any) -> None:
        key = (rule.rule, rule.subdomain, rule.merge_slashes, repr(rule.defaults), rule.map.converters["int"])
        if key not in kept:
            compile_rule(rule)
            functions = rule._build.__func__, rule._build_unknown.__func__
            kept[key] = rule._parts, rule._trace, rule._converters, set(rule.arguments), functions
            return
        rule._parts, rule._trace, rule._converters, arguments, functions = kept[key]
        rule.arguments |= arguments
        rule._build, rule._build_unknown = (function.__get__(rule, None) for function in functions)

    changed.compile = compile_once
    yield
    changed.compile = compile_rule


class _CompiledStatements:
    """Kept by the sort of database, whichever engine asked."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Any] = {}

    def get(self, key: tuple[Any, ...]) -> Any:
        return self._kept.get((type(key[0]), *key[1:]))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        self._kept[(type(key[0]), *key[1:])] = compiled


@contextmanager
def _statements() -> Iterator[None]:
    """Compiling the same statements for each database took a sixth of all time."""
    shared, changed = _CompiledStatements(), cast(Any, Engine)
    begin = changed.__init__

    def begin_with_shared(engine: Any, *given: Any, **named: Any) -> None:
        begin(engine, *given, **named)
        engine._compiled_cache = shared

    changed.__init__ = begin_with_shared
    yield
    changed.__init__ = begin


@contextmanager
def _rule_files() -> Iterator[None]:
    """Reading and verifying the shipped ones takes as long as twenty tests; what is wrong with one is found each time."""
    changed: Any = folder
    read: Callable[..., RuleFile] = changed.load_rule_file
    kept: dict[Any, RuleFile] = {}

    def read_once(text: str, **given: Any) -> RuleFile:
        key = (text, *sorted(given.items()))
        if key not in kept:
            kept[key] = read(text, **given)
        return kept[key]

    changed.load_rule_file = read_once
    yield
    changed.load_rule_file = read
