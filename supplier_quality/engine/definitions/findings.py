"""What is wrong with a rule file: one finding per fault, each with its place.

Every fault of a file is collected before anything is refused, so that an author mends a file in one round.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _


class Place(Protocol):
    """Anything that stands somewhere in a file; lines and columns count from 1."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Position:
    """A bare place in a file."""

    line: int
    column: int


START = Position(1, 1)

# Longer ones were not meant to be a name.
MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: a stable code for programs, a sentence for people, line and column from 1."""

    code: str
    message: Words
    line: int
    column: int

    def as_json(self, language: str | None = None) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message.render(language),
            "line": self.line,
            "column": self.column,
        }


class RuleFileErrors(BadInput):
    """The rule file is refused; ``findings`` holds every fault in the order of the lines."""

    code = "rule_file_refused"

    def __init__(self, findings: Iterable[Finding], *, file: str) -> None:
        self.findings = in_order(findings)
        self.file = file
        super().__init__(
            _("%(file)s has %(count)s faults and was not loaded.", file=file, count=len(self.findings)),
            tuple(
                Problem(problem=finding.message, row=finding.line, column=str(finding.column), value=finding.code)
                for finding in self.findings
            ),
        )

    def __str__(self) -> str:
        lines = [f"{self.file}:{f.line}:{f.column}: {f.code}: {f.message}" for f in self.findings]
        return "\n".join([str(self.message), *lines])


class Notes:
    """Collects the findings of one file while it is read.

    ``strict`` is False for a file that was accepted before, by an older program perhaps: it is read again without what
    was added to the checks since.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self.strict = strict
        self._findings: list[Finding] = []
        self._left_out: set[str] = set()

    def leave_out(self, *codes: str) -> None:
        """Take no more findings of these codes: they would only repeat a fault that was noted, in other words."""
        self._left_out.update(codes)

    def add(self, code: str, message: Words, at: Place) -> None:
        if code in self._left_out:
            return
        finding = Finding(code, message, at.line, at.column)
        if finding not in self._findings:
            self._findings.append(finding)

    @property
    def findings(self) -> list[Finding]:
        return in_order(self._findings)

    def __len__(self) -> int:
        return len(self._findings)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.line, finding.column, finding.code))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that ``name`` was probably meant to be, or an empty text."""
    if len(name) > MAX_NAME:
        return ""
    candidates = get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return candidates[0] if candidates else ""
