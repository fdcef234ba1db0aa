"""Lots one after the other, each judged with the severity its stream has reached; see ``switching`` for the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from supplier_quality.language import Words, _
from supplier_quality.statistics.sampling.plans import Plan, PlanTable
from supplier_quality.statistics.sampling.printed import LimitNumbers
from supplier_quality.statistics.sampling.reasons import HELD, RESUBMITTED, resumed, switching_reason
from supplier_quality.statistics.sampling.refusing import refuse, whole
from supplier_quality.statistics.sampling.switching import (
    NOT_DISCONTINUED,
    Conditions,
    Found,
    LimitCheck,
    Rules,
    Stage,
    State,
    advance,
    begin,
    check_limit,
    recent_with,
    resume,
    switching_score,
)
from supplier_quality.statistics.sampling.tables import Severity


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as it came. ``stream`` is whatever tells streams apart; ``resubmitted_as`` the severity the authority set.

    ``nonconforming`` is None of a lot that is held because inspection is discontinued: it has no sample. ``resumes``: the corrective action was accepted before this lot. ``steady`` None: as the conditions of all lots say.
    """

    lot: str
    lot_size: int
    nonconforming: int | None
    stream: tuple[str, ...] = ()
    resubmitted: bool = False
    resubmitted_as: str = Severity.TIGHTENED
    resumes: bool = False
    steady: bool | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a lot. Without a plan, and so without a verdict, when it was held because inspection is discontinued.

    ``why`` says in a sentence why the next lot is inspected as ``next`` says. ``limit`` is the check of the limit number by
    ANSI/ASQ Z1.4, where its table was given and enough lots were accepted.
    """

    lot: str
    severity: str
    plan: Plan | None
    accepted: bool | None
    score: int | None
    next: str
    nonconforming: int | None
    why: Words
    limit: LimitCheck | None = None

    def as_json(self) -> dict[str, object]:
        plan = self.plan
        return {
            "lot": self.lot,
            "severity": self.severity,
            "code_letter": plan.code_letter if plan else None,
            "sample_size": plan.sample_size if plan else None,
            "ac": plan.ac if plan else None,
            "re": plan.re if plan else None,
            "accepted": self.accepted,
            "score": self.score,
            "next": self.next,
        }

    def explained_json(self) -> dict[str, object]:
        """The same with what it rests on, and why in the language in force."""
        limit = self.limit
        return {
            **self.as_json(),
            "nonconforming": self.nonconforming,
            "limit_nonconforming": limit.nonconforming if limit else None,
            "limit_number": limit.limit if limit else None,
            "why": str(self.why),
        }


class Streams:
    """Judges lots in the order in which they came, each in its stream; new streams begin at normal, the first at ``start``."""

    def __init__(
        self,
        known: PlanTable,
        *,
        level: str,
        aql: object,
        conditions: Conditions,
        start: str = Stage.NORMAL,
        rules: Rules | None = None,
        limits: LimitNumbers | None = None,
    ) -> None:
        """Raises BadInput."""
        self._known, self._level, self._aql = known, level, known.table.aql(aql)
        self._conditions, self._start, self._limits = conditions, start, limits
        self._rules = rules or Rules.of(known.table.published.id)
        self._states: dict[tuple[str, ...], State] = {}

    @property
    def states(self) -> Mapping[tuple[str, ...], State]:
        return self._states

    def judge(self, lot: Lot, *, row: int | None = None) -> Judged:
        """The verdict on a lot and the severity of the next one of its stream. Raises BadInput, with ``row`` as the place."""
        state = self._states.get(lot.stream) or begin(self._start if not self._states else Stage.NORMAL)
        if lot.resumes:
            state = self._resumed(state, row)
        self._states[lot.stream] = state
        if lot.resubmitted:
            judged = self._judge_again(lot, state, row)
        elif state.stage == Stage.DISCONTINUED:
            judged = Judged(lot.lot, state.stage, None, None, None, state.stage, lot.nonconforming, HELD)
        else:
            judged = self._judge_first(lot, state, row)
        return replace(judged, why=resumed(judged.why)) if lot.resumes else judged

    def _judge_first(self, lot: Lot, state: State, row: int | None) -> Judged:
        """The verdict of original inspection, which moves the stream on."""
        plan, count = self._plan(lot, state.stage, row)
        found = Found(plan, count, self._known.ac_when_tighter(plan))
        steady = self._conditions.steady if lot.steady is None else lot.steady
        conditions = replace(self._conditions, steady=steady)
        after = advance(state, found, conditions, self._rules, self._limits)
        self._states[lot.stream] = after
        limit = None
        if state.stage == Stage.NORMAL and self._limits is not None and self._rules.score_needed is None:
            limit = check_limit(recent_with(state, found, self._rules), plan.aql, self._rules, self._limits)
        why = switching_reason(state, found, after, conditions, self._rules, self._limits)
        accepted, score = plan.accepts(count), self._score(state, found, after)
        return Judged(lot.lot, state.stage, plan, accepted, score, after.stage, count, why, limit)

    @staticmethod
    def _resumed(state: State, row: int | None) -> State:
        if state.stage != Stage.DISCONTINUED:
            refuse(NOT_DISCONTINUED, column="resumes", row=row, remedy=_("Write no, or leave the cell empty."))
        return resume(state)

    def _judge_again(self, lot: Lot, state: State, row: int | None) -> Judged:
        plan, count = self._plan(lot, lot.resubmitted_as, row)
        score = state.score if self._rules.score_needed is not None else None
        accepted = plan.accepts(count)
        return Judged(lot.lot, plan.severity, plan, accepted, score, state.stage, count, RESUBMITTED)

    def _plan(self, lot: Lot, severity: str, row: int | None) -> tuple[Plan, int]:
        """The plan of a lot that is inspected, and how many nonconforming pieces its sample had."""
        whole(lot.lot_size, "lot_size", least=1, row=row)
        plan = self._known.plan(lot_size=lot.lot_size, level=self._level, aql=self._aql, severity=severity)
        if lot.nonconforming is None:
            refuse(
                _("The cell is empty."), column="nonconforming", row=row,
                remedy=_("Write how many nonconforming pieces its sample had; only lots that are held have none."),
            )  # fmt: skip
        if not 0 <= lot.nonconforming <= plan.sample_size:
            refuse(
                _("There cannot be so many nonconforming pieces in a sample of %(size)s.", size=plan.sample_size),
                column="nonconforming", value=lot.nonconforming, row=row, remedy=_("Correct the number."),
            )  # fmt: skip
        return plan, lot.nonconforming

    def _score(self, before: State, found: Found, after: State) -> int | None:
        """The score the lot led to, also when it brought reduced inspection, where it starts again at 0."""
        if self._rules.score_needed is None:
            return None
        reduces = before.stage == Stage.NORMAL and after.stage == Stage.REDUCED
        return switching_score(before, found, self._rules) if reduces else after.score
