"""Lots one after the other under skip-lot sampling, each with its plan, its points and what comes next; see ``skip_lot`` for the rules.

Every inspected lot gets the plan of normal inspection. Which lots are inspected is drawn outside; a lot without a count was
skipped, which is refused where every lot has to be inspected.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from supplier_quality.language import Words, _
from supplier_quality.statistics.sampling.plans import Plan, PlanTable
from supplier_quality.statistics.sampling.refusing import refuse, whole
from supplier_quality.statistics.sampling.skip_lot import (
    SkipConditions,
    SkipSettings,
    SkipStage,
    SkipState,
    after_inspection,
    begin_skip_lot,
    is_inspected,
    qualification_points,
)


@dataclass(frozen=True, slots=True)
class SkipLot:
    """A lot as it came; ``nonconforming`` None: it was skipped. The flags None: as the conditions of all lots say."""

    lot: str
    lot_size: int
    nonconforming: int | None
    stream: tuple[str, ...] = ()
    supplier_qualified: bool | None = None
    product_qualified: bool | None = None


@dataclass(frozen=True, slots=True)
class SkipJudged:
    """What became of a lot. ``plan``, ``accepted`` and ``points`` are None when it was skipped.

    ``one_in``: one lot in so many was inspected, 1 for every lot; ``score`` are the qualification points after the lot, None
    once they no longer count; ``next`` and ``next_one_in`` are for the next lot of the stream, and ``why`` says why.
    """

    lot: str
    stage: str
    one_in: int
    plan: Plan | None
    nonconforming: int | None
    accepted: bool | None
    points: int | None
    score: int | None
    next: str
    next_one_in: int
    why: Words

    def as_json(self) -> dict[str, object]:
        plan = self.plan
        return {
            "lot": self.lot,
            "stage": self.stage,
            "one_in": self.one_in,
            "inspected": plan is not None,
            "code_letter": plan.code_letter if plan else None,
            "sample_size": plan.sample_size if plan else None,
            "ac": plan.ac if plan else None,
            "re": plan.re if plan else None,
            "nonconforming": self.nonconforming,
            "accepted": self.accepted,
            "points": self.points,
            "score": self.score,
            "next": self.next,
            "next_one_in": self.next_one_in,
            "why": str(self.why),
        }


class SkipLots:
    """Judges lots in the order in which they came, each in its stream; the first stream begins at ``start``."""

    def __init__(
        self, known: PlanTable, *, level: str, aql: object, conditions: SkipConditions, settings: SkipSettings,
        start: SkipStage = SkipStage.LOT_BY_LOT,
    ) -> None:  # fmt: skip
        """Raises BadInput."""
        self._known, self._level, self._aql = known, level, known.table.aql(aql)
        self._conditions, self._settings, self._start = conditions, settings, SkipStage(start)
        self._states: dict[tuple[str, ...], SkipState] = {}
        self._newest = SkipState(self._start)

    @property
    def states(self) -> Mapping[tuple[str, ...], SkipState]:
        return self._states

    def judge(self, lot: SkipLot, *, row: int | None = None) -> SkipJudged:
        """The verdict on a lot, and how the next one of its stream is inspected. Raises BadInput, with ``row`` as the place."""
        whole(lot.lot_size, "lot_size", least=1, row=row)
        state = self._states.get(lot.stream)
        if state is None:
            state = begin_skip_lot() if self._states else SkipState(self._start)
        conditions = self._of(lot)
        if lot.nonconforming is None:
            self._states[lot.stream] = self._newest = state
            return self._skipped(lot, state, conditions, row)
        plan = self._known.plan(lot_size=lot.lot_size, level=self._level, aql=self._aql)
        whole(lot.nonconforming, "nonconforming", least=0, most=plan.sample_size, row=row)
        accepted = plan.accepts(lot.nonconforming)
        one, two = (self._known.ac_when_tighter(plan, steps) for steps in (1, 2))
        earned = qualification_points(lot.nonconforming, plan.ac, one, two, self._settings)
        after = after_inspection(
            state, accepted=accepted, earned=earned, conditions=conditions, settings=self._settings
        )
        self._states[lot.stream] = self._newest = after
        qualifies = state.stage == SkipStage.LOT_BY_LOT
        score = state.score + earned if qualifies and accepted else 0
        return SkipJudged(
            lot.lot, state.stage, self.one_in(state), plan, lot.nonconforming, accepted,
            earned if qualifies else None, score if qualifies else None, after.stage, self.one_in(after),
            skip_reason(state, accepted, earned, after, conditions, self._settings),
        )  # fmt: skip

    def draws_next(self, draw: float) -> bool:
        """Whether the next lot of the stream of the newest one is inspected, by a random number. Raises BadInput."""
        return is_inspected(self._newest, draw, self._settings)

    def one_in(self, state: SkipState) -> int:
        """One lot in so many is inspected in this state."""
        return self._settings.frequencies[state.step] if state.stage == SkipStage.SKIPPING else 1

    def _of(self, lot: SkipLot) -> SkipConditions:
        known = self._conditions
        return SkipConditions(
            known.supplier_qualified if lot.supplier_qualified is None else lot.supplier_qualified,
            known.product_qualified if lot.product_qualified is None else lot.product_qualified,
        )

    def _skipped(self, lot: SkipLot, state: SkipState, conditions: SkipConditions, row: int | None) -> SkipJudged:
        if state.stage != SkipStage.SKIPPING or not conditions.hold:
            refuse(
                _("This lot has to be inspected: every lot is, until the product qualifies for skip-lot inspection.")
                if state.stage == SkipStage.LOT_BY_LOT
                else _("This lot has to be inspected: skip-lot inspection is interrupted.")
                if state.stage == SkipStage.INTERRUPTED
                else _("This lot has to be inspected: the supplier or the product is no longer qualified."),
                column="nonconforming", row=row, remedy=_("Write how many nonconforming pieces its sample had."),
            )  # fmt: skip
        one_in = self.one_in(state)
        why = _("Skipped: one lot in %(one_in)s is inspected, and this one was not drawn.", one_in=one_in)
        return SkipJudged(lot.lot, state.stage, one_in, None, None, None, None, None, state.stage, one_in, why)


def skip_reason(
    before: SkipState, accepted: bool, earned: int, after: SkipState, conditions: SkipConditions, settings: SkipSettings
) -> Words:
    """Why the next lot is inspected as ``after`` says; the arguments are those of ``after_inspection``, and what it answered."""
    match before.stage:
        case SkipStage.LOT_BY_LOT:
            return _while_qualifying(before, accepted, earned, after, settings)
        case SkipStage.SKIPPING:
            return _while_skipping(before, accepted, after, conditions, settings)
        case SkipStage.INTERRUPTED:
            return _while_interrupted(before, accepted, after, conditions, settings)


def _while_qualifying(
    before: SkipState, accepted: bool, earned: int, after: SkipState, settings: SkipSettings
) -> Words:
    if not accepted:
        return _("Not accepted: the qualification begins again with the next lot.")
    lots, score = before.accepted + 1, before.score + earned
    if after.stage == SkipStage.SKIPPING:
        return _(
            "%(lots)s lots were accepted with %(score)s points: from now on one lot in %(one_in)s is inspected.",
            lots=lots, score=score, one_in=settings.frequencies[0],
        )  # fmt: skip
    if lots >= settings.least_lots and score >= settings.score_needed:
        return _("%(lots)s lots with %(score)s points would do for skip-lot inspection, but supplier and product are not both qualified.", lots=lots, score=score)  # fmt: skip
    return _(
        "Accepted with %(earned)s points: %(lots)s of %(least)s lots and %(score)s of %(needed)s points.",
        earned=earned, lots=lots, least=settings.least_lots, score=score, needed=settings.score_needed,
    )  # fmt: skip


def _while_skipping(
    before: SkipState, accepted: bool, after: SkipState, conditions: SkipConditions, settings: SkipSettings
) -> Words:
    one_in = settings.frequencies[after.step]
    if not conditions.hold:
        return _("Supplier and product are no longer both qualified: every lot is inspected again.")
    if not accepted:
        return _("Not accepted: skip-lot inspection is interrupted and every lot is inspected.")
    if after.step > before.step:
        return _(
            "%(count)s inspected lots were accepted: from now on one lot in %(one_in)s is inspected.",
            count=settings.lots_per_step, one_in=one_in,
        )  # fmt: skip
    if after.step + 1 == len(settings.frequencies):
        return _("Accepted: one lot in %(one_in)s goes on being inspected.", one_in=one_in)
    return _(
        "Accepted: %(count)s of the %(needed)s inspected lots after which fewer are inspected.",
        count=after.accepted, needed=settings.lots_per_step,
    )  # fmt: skip


def _while_interrupted(
    before: SkipState, accepted: bool, after: SkipState, conditions: SkipConditions, settings: SkipSettings
) -> Words:
    if not accepted:
        return _("Not accepted during the interruption: the product is disqualified and has to qualify again.")
    if not conditions.hold:
        return _("Supplier and product are no longer both qualified: the product has to qualify again.")
    if after.stage == SkipStage.SKIPPING:
        return _(
            "%(count)s lots in a row were accepted: skip-lot inspection goes on with one lot in %(one_in)s.",
            count=before.accepted + 1, one_in=settings.frequencies[after.step],
        )  # fmt: skip
    return _(
        "Accepted: %(count)s of the %(needed)s lots that end the interruption.",
        count=after.accepted, needed=settings.requalify_accepted,
    )  # fmt: skip
