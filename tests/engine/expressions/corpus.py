"""Random expressions and facts, from a seed: well typed ones, ill typed ones, damaged ones, and texts to convert.

The generator works by type, so that most expressions have a value; a share has none on purpose (division by zero, a
missing key, a bad conversion), because agreeing on refusals matters as much.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

TYPES: dict[str, object] = {
    "i": "int",
    "j": "int",
    "x": "double",
    "y": "double",
    "s": "string",
    "t": "string",
    "b": "bool",
    "ts": "timestamp",
    "du": "duration",
    "li": "[int]",
    "ld": "[double]",
    "ls": "[string]",
    "lb": "[bool]",
    "la": "[dyn]",
    "mi": "map(string, int)",
    "ms": "map(string, string)",
    "mk": "map(int, string)",
    "ma": "map(string, dyn)",
    "d": "dyn",
    "e": "dyn",
    "n": "dyn",
}
INTS = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "-7",
    "10",
    "9223372036854775807",
    "-9223372036854775808",
    "4611686018427387904",
    "0x1F",
]
DOUBLES = [
    "0.0",
    "1.0",
    "-1.0",
    "2.5",
    "-0.0",
    "1e10",
    "1e300",
    ".5",
    "1e-7",
    "3.0",
    "123456.789",
    "(0.0/0.0)",
    "(1.0/0.0)",
]
STRINGS = [
    "''",
    "'a'",
    '"b"',
    "'abc'",
    "'héllo'",
    "'中文'",
    r"'a\nb'",
    r"r'\d'",
    "'1'",
    "'2.5'",
    "'true'",
    "'k'",
    "'ä𝒳'",
    "'''x'y'''",
    r"'\u00e9'",
    r"'\x41\101'",
    "'2020-01-01T00:00:00Z'",
    "'90m'",
]
STAMPS = [
    "2020-01-01T00:00:00Z",
    "2024-02-29T23:59:59.999Z",
    "1969-12-31T23:59:59.5Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-03-29T02:30:00+01:00",
    "2020-13-01T00:00:00Z",
    "2026-10-25T01:30:00Z",
]
SPANS = ["0s", "1s", "-1.5s", "36h", "1h30m", "100ms", "1us", "8760h", "315576000000s", "1d", "-0.25h"]
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "+05:30",
    "-08:00",
    "Asia/Kolkata",
    "No/Where",
    "02:00",
]
PATTERNS = [
    "a",
    "^a",
    "b$",
    "^[a-z]+$",
    ".*",
    "a|b",
    "(ab)+c",
    "[^a]",
    r"\\d+",
    r"\\w",
    "a{2}",
    "(?i)ABC",
    "x*y?",
    "[[:alpha:]]",
    "(a",
    r"\\bab",
    "a.c",
    r"\\pL",
    "^$",
]
GETTERS = [
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
]


class Generator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.variables: list[tuple[str, str]] = []

    def facts(self) -> dict[str, object]:
        r = self.random
        number = lambda: r.choice([0, 1, 2, 3, -1, 5, 10, 2**62, -(2**63), 2**63 - 1])
        double = lambda: r.choice([0.0, 1.0, 2.0, -1.5, 2.5, 1e10, float("inf"), 1e-3])
        text = lambda: r.choice(["", "a", "b", "abc", "héllo", "中文", "1", "k"])
        anything = lambda: r.choice([number(), double(), text(), None, True, [1, 2.0, "a"], {"k": 1, "a": None}])
        return {
            "i": number(),
            "j": number(),
            "x": double(),
            "y": double(),
            "s": text(),
            "t": text(),
            "b": r.random() < 0.5,
            "ts": datetime(2020, 1, 1, tzinfo=UTC) + timedelta(milliseconds=r.randrange(-(10**12), 10**12)),
            "du": timedelta(seconds=r.randrange(-(10**6), 10**6)),
            "li": [number() for _ in range(r.randrange(4))],
            "ld": [double() for _ in range(r.randrange(4))],
            "ls": [text() for _ in range(r.randrange(4))],
            "lb": [r.random() < 0.5 for _ in range(r.randrange(3))],
            "la": [anything() for _ in range(r.randrange(4))],
            "mi": {key: number() for key in r.sample(["a", "b", "k"], r.randrange(3))},
            "ms": {key: text() for key in r.sample(["a", "b", "k"], r.randrange(3))},
            "mk": {key: text() for key in r.sample([0, 1, 2], r.randrange(3))},
            "ma": {key: anything() for key in r.sample(["a", "b", "k"], r.randrange(3))},
            "d": anything(),
            "e": anything(),
            "n": None,
        }

    def expression(self, depth: int = 3) -> str:
        kind = self.random.choice(
            ["bool"] * 6 + ["int", "double", "string", "timestamp", "duration", "list", "map", "dyn", "int"]
        )
        return self.of(kind, depth)

    def of(self, kind: str, depth: int) -> str:
        """An expression that has, most of the time, this type."""
        r = self.random
        if r.random() < 0.02:
            kind = r.choice(["bool", "int", "double", "string", "timestamp", "duration", "list", "map", "dyn"])
        local = [name for name, own in self.variables if own == kind]
        if local and r.random() < 0.4:
            return r.choice(local)
        if depth <= 0:
            return self.leaf(kind)
        made: Callable[[int], str] = getattr(self, f"_{kind}")
        result = made(depth - 1)
        return f"({result})" if r.random() < 0.6 else result

    def leaf(self, kind: str) -> str:  # noqa: PLR0911 - one answer per kind
        r = self.random
        if kind == "int":
            return r.choice([*INTS, "i", "j", "i", "li[0]", "mi.a", "mi['k']", "size(ls)"])
        if kind == "double":
            return r.choice([*DOUBLES, "x", "y", "ld[0]"])
        if kind == "string":
            return r.choice([*STRINGS, "s", "t", "ls[0]", "ms.a", "mk[1]"])
        if kind == "bool":
            return r.choice(["true", "false", "b", "b", "lb[0]", "has(mi.a)", "has(ma.k)"])
        if kind == "timestamp":
            return r.choice(["ts", "ts", f"timestamp('{r.choice(STAMPS)}')", "timestamp(0)"])
        if kind == "duration":
            return r.choice(["du", f"duration('{r.choice(SPANS)}')"])
        if kind == "list":
            return r.choice(["li", "ls", "ld", "la", "[]", "[1, 2]", "['a', 'b']", "[1, 2.0, 'a']", "[null]", "lb"])
        if kind == "map":
            return r.choice(["mi", "ms", "mk", "ma", "{}", "{'a': 1}", "{1: 'a', 'b': 2}", "{true: 1}"])
        return r.choice(
            ["d", "e", "n", "ma.a", "la[0]", "ma['k']", "d.k", "null", "i", "s", "x", "[1, 'a'][0]", "[2.0, 'a'][0]"]
        )

    def _bool(self, depth: int) -> str:  # noqa: PLR0911 - one answer per kind
        r = self.random
        kind = r.choice(["int", "double", "string", "bool", "timestamp", "duration", "dyn"])
        a, b = (lambda: self.of(kind, depth)), (lambda: self.of(kind, depth))
        form = r.randrange(17)
        if form < 4:
            return f"{a()} {r.choice(['<', '<=', '>', '>=', '==', '!='])} {b()}"
        if form < 7:
            return f"{self.of('bool', depth)} {r.choice(['&&', '||'])} {self.of('bool', depth)}"
        if form == 7:
            return f"!{self._closed('bool', depth)}"
        if form == 8:
            return f"{self.of('bool', depth)} ? {self.of('bool', depth)} : {self.of('bool', depth)}"
        if form == 9:
            method = r.choice(["contains", "startsWith", "endsWith"])
            return f"{self._closed('string', depth)}.{method}({self.of('string', depth)})"
        if form == 10:
            return f"{self._closed('string', depth)}.matches('{r.choice(PATTERNS)}')"
        if form == 11:
            return f"{a()} in [{b()}, {b()}]"
        if form == 12:
            return (
                f"{self.of(r.choice(['int', 'string', 'dyn']), depth)} in {self.of(r.choice(['list', 'map']), depth)}"
            )
        if form == 13:
            return self._macro(r.choice(["all", "exists", "exists_one"]), depth)
        if form == 14:
            return f"{self.of('list', depth)} {r.choice(['==', '!='])} {self.of('list', depth)}"
        if form == 15:
            return f"{self.of('map', depth)} == {self.of('map', depth)}"
        return r.choice(
            [
                f"bool({self.of('string', depth)})",
                f"{self.of('dyn', depth)} == null",
                f"has({self._closed('map', depth)}.a)",
            ]
        )

    def _closed(self, kind: str, depth: int) -> str:
        return f"({self.of(kind, depth)})"

    def _range(self) -> tuple[str, str]:
        return self.random.choice(
            [
                ("li", "int"),
                ("ls", "string"),
                ("ld", "double"),
                ("la", "dyn"),
                ("[1, 2, 0]", "int"),
                ("lb", "bool"),
                ("['a', 'b']", "string"),
                ("[]", "dyn"),
                ("[1, 2.0, 'a']", "dyn"),
                ("[[1], [2]]", "list"),
            ]
        )

    def _macro(self, macro: str, depth: int) -> str:
        range_, kind = self._range()
        name = self.random.choice(["v", "w", "i"])
        self.variables.append((name, kind))
        condition = self.of("bool", depth)
        self.variables.pop()
        return f"{range_}.{macro}({name}, {condition})"

    def _int(self, depth: int) -> str:
        r = self.random
        form = r.randrange(9)
        if form < 4:
            return f"{self.of('int', depth)} {r.choice(['+', '-', '*', '/', '%'])} {self.of('int', depth)}"
        if form == 4:
            return f"-{self._closed('int', depth)}"
        if form == 5:
            return f"size({self.of(r.choice(['string', 'list', 'map']), depth)})"
        if form == 6:
            return f"int({self.of(r.choice(['int', 'double', 'string', 'timestamp']), depth)})"
        if form == 7:
            zone = f"'{r.choice(ZONES)}'" if r.random() < 0.5 else ""
            return f"{self._closed('timestamp', depth)}.{r.choice(GETTERS)}({zone})"
        return r.choice(
            [
                f"{self._closed('duration', depth)}.{r.choice(GETTERS[6:])}()",
                f"li[{self.of('int', depth)}]",
                f"{self.of('bool', depth)} ? {self.of('int', depth)} : {self.of('int', depth)}",
            ]
        )

    def _double(self, depth: int) -> str:
        r = self.random
        form = r.randrange(5)
        if form < 3:
            return f"{self.of('double', depth)} {r.choice(['+', '-', '*', '/'])} {self.of('double', depth)}"
        if form == 3:
            return f"double({self.of(r.choice(['int', 'double', 'string']), depth)})"
        return f"-{self._closed('double', depth)}"

    def _string(self, depth: int) -> str:
        r = self.random
        form = r.randrange(4)
        if form < 2:
            return f"{self.of('string', depth)} + {self.of('string', depth)}"
        if form == 2:
            return f"string({self.of(r.choice(['int', 'double', 'bool', 'timestamp', 'duration', 'string']), depth)})"
        return f"{self.of('bool', depth)} ? {self.of('string', depth)} : {self.of('string', depth)}"

    def _timestamp(self, depth: int) -> str:
        r = self.random
        form = r.randrange(3)
        if form == 0:
            return f"{self.of('timestamp', depth)} {r.choice('+-')} {self.of('duration', depth)}"
        if form == 1:
            return f"timestamp({self.of(r.choice(['int', 'timestamp', 'string']), depth)})"
        return f"{self.of('duration', depth)} + {self.of('timestamp', depth)}"

    def _duration(self, depth: int) -> str:
        r = self.random
        form = r.randrange(3)
        if form == 0:
            return f"{self.of('duration', depth)} {r.choice('+-')} {self.of('duration', depth)}"
        if form == 1:
            return f"{self.of('timestamp', depth)} - {self.of('timestamp', depth)}"
        return f"duration({self.of(r.choice(['duration', 'string']), depth)})"

    def _list(self, depth: int) -> str:
        r = self.random
        form = r.randrange(6)
        if form == 0:
            kind = r.choice(["int", "string", "dyn", "double", "list"])
            return f"[{', '.join(self.of(kind, depth) for _ in range(r.randrange(4)))}]"
        if form == 1:
            kinds = [r.choice(["int", "string", "dyn", "double", "map"]) for _ in range(r.randrange(4))]
            return f"[{', '.join(self.of(kind, depth) for kind in kinds)}]"
        if form == 2:
            return f"{self.of('list', depth)} + {self.of('list', depth)}"
        if form == 3:
            return self._macro("filter", depth)
        range_, kind = self._range()
        self.variables.append(("v", kind))
        result = self.of(r.choice(["int", "string", "bool", "dyn"]), depth)
        condition = f"{self.of('bool', depth)}, " if form == 5 else ""
        self.variables.pop()
        return f"{range_}.map(v, {condition}{result})"

    def _map(self, depth: int) -> str:
        r = self.random
        kind, value = r.choice(["string", "int", "bool", "dyn"]), r.choice(["int", "string", "dyn", "list"])
        count = r.randrange(4)
        return "{" + ", ".join(f"{self.of(kind, depth)}: {self.of(value, depth)}" for _ in range(count)) + "}"

    def _dyn(self, depth: int) -> str:  # noqa: PLR0911 - one answer per kind
        r = self.random
        form = r.randrange(8)
        if form < 2:
            operator = r.choice(["+", "-", "*", "/", "%", "<", "==", "!=", ">="])
            return f"{self.of('dyn', depth)} {operator} {self.of('dyn', depth)}"
        if form == 2:
            return f"({self.of('dyn', depth)}).{r.choice(['a', 'k', 'size()', 'a.b'])}"
        if form == 3:
            index = self.of(r.choice(["int", "string", "dyn", "double"]), depth)
            return f"({self.of(r.choice(['list', 'map', 'dyn']), depth)})[{index}]"
        if form == 4:
            return f"{self.of('bool', depth)} ? {self.of('dyn', depth)} : {self.of('dyn', depth)}"
        if form == 5:
            macro = r.choice(["all", "exists", "map", "filter", "exists_one"])
            return f"({self.of('dyn', depth)}).{macro}(v, {self.of('bool', depth)})"
        if form == 6:
            return f"{r.choice(['int', 'string', 'double', 'bool', 'size', 'timestamp'])}({self.of('dyn', depth)})"
        return f"-{self._closed('dyn', depth)}"

    def damaged(self, source: str) -> str:
        """An expression with one to three characters lost, doubled or exchanged."""
        r = self.random
        characters = list(source)
        for _ in range(r.randint(1, 3)):
            at = r.randrange(len(characters) + 1)
            edit = r.randrange(3)
            if edit == 0 and at < len(characters):
                del characters[at]
            elif edit == 1:
                characters.insert(at, r.choice("()[]{}.,:?!-+*/%<>=&|'\"\\ 0123456789abexr_`"))
            elif at < len(characters):
                characters[at] = r.choice("()[]{}.,:?!-+*/%<>=&|'\"\\ 0123456789abexr_`")
        return "".join(characters) or "1"

    def text_conversion(self) -> str:
        """A conversion of a text that is nearly a number, a time or a span."""
        r = self.random
        function = r.choice(["int", "double", "timestamp", "duration", "bool"])
        base = {
            "int": ["12", "-9223372036854775808", "+5", "0x10"],
            "double": ["1.5", "-2e10", "nan", "-inf", "0x1.8p3", "1e-320"],
            "timestamp": ["2020-01-31T10:20:30.123456Z", "2020-1-3T1:2:3+05:30", "2016-12-31T23:59:60Z"],
            "duration": ["1h2m3s", "-1.5ms", "+3.25h", "1s1us"],
            "bool": ["true", "False", "1", "t"],
        }[function]
        text = list(r.choice(base))
        for _ in range(r.randrange(3)):
            at = r.randrange(len(text) + 1)
            if r.random() < 0.4 and at < len(text):
                del text[at]
            else:
                text.insert(at, r.choice("0123456789.+-eETZ: hmsnu"))
        shown = "".join(text)
        return f"string({function}('{shown}'))" if function != "bool" else f"bool('{shown}')"

    def double_format(self) -> str:
        r = self.random
        value = r.choice(
            [
                r.uniform(-1e7, 1e7),
                r.uniform(0, 1e-3),
                r.random() * 10 ** r.randint(-300, 300),
                float(r.randrange(10**9)),
            ]
        )
        return f"string({value!r})"

    def pattern(self) -> str:
        r = self.random
        pieces = [
            "a",
            "b",
            "c",
            ".",
            "[ab]",
            "[^a]",
            "(a|b)",
            "(?:ab)",
            "x",
            r"\\d",
            r"\\w",
            r"\\s",
            r"\\b",
            "^",
            "$",
            "[a-c]",
            "é",
            r"\\pL",
            "[[:digit:]]",
            r"\\.",
            "(?i)",
            "[a-]",
            r"\\x41",
            "(?P<g>a)",
            "|",
            "[\\\\d_]",
            r"\\PL",
            "(?s).",
            "(?m)^",
            r"\\B",
        ]
        suffixes = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?", "{,2}", "**", "{2}{3}"]
        body = "".join(r.choice(pieces) + r.choice(suffixes) for _ in range(r.randint(1, 5)))
        text = "".join(
            r.choice(["a", "b", "c", "A", "1", " ", "_", "é", "x", r"\n", "."]) for _ in range(r.randrange(6))
        )
        return f"'{text}'.matches('{body}')"


def cases(seed: int, count: int) -> Iterator[tuple[str, dict[str, object]]]:
    """``count`` pairs of expression and facts."""
    generator = Generator(seed)
    facts = generator.facts()
    for number in range(count):
        if number % 20 == 0:
            facts = generator.facts()
        kind = generator.random.random()
        if kind < 0.6:
            yield generator.expression(generator.random.randint(1, 4)), facts
        elif kind < 0.75:
            yield generator.damaged(generator.expression(generator.random.randint(0, 2))), facts
        elif kind < 0.85:
            yield generator.text_conversion(), facts
        elif kind < 0.9:
            yield generator.double_format(), facts
        else:
            yield generator.pattern(), facts
