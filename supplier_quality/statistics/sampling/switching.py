"""Going over between normal, tightened and reduced inspection: a pure state machine, one :class:`State` per stream.

A stream is what is inspected together: supplier site x part (or part family) x class of nonconformity x AQL x level. Any
change of these starts a new stream at normal. Only original inspection counts: resubmitted lots leave the state as it is.
A switch takes effect on the next lot. Sources: ISO 2859-1 and ANSI/ASQ Z1.4, numbers in ``data/switching.csv``.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from supplier_quality.language import _
from supplier_quality.statistics.sampling.plans import Plan
from supplier_quality.statistics.sampling.printed import LimitNumbers
from supplier_quality.statistics.sampling.refusing import refuse
from supplier_quality.statistics.sampling.tables import switching_numbers

NOT_DISCONTINUED = _("Inspection is not discontinued, so there is nothing to resume.")


class Stage(StrEnum):
    """Where a stream stands: one of the severities, or inspection is discontinued and lots are held at the dock."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"
    DISCONTINUED = "discontinued"


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of one standard. ``score_needed`` is None where the standard has no switching score."""

    standard: str
    tighten_refused: int
    tighten_window: int
    relax_accepted: int
    stop_refused: int
    score_needed: int | None = None
    score_tighter: int = 0
    score_small: int = 0
    reduce_accepted: int = 0

    @classmethod
    def of(cls, standard: str) -> "Rules":
        """The published numbers. Raises BadInput."""
        return cls(standard, **switching_numbers(standard))


@dataclass(frozen=True, slots=True)
class Counted:
    """What one lot inspected as normal leaves behind."""

    accepted: bool
    nonconforming: int
    sample_size: int


@dataclass(frozen=True, slots=True)
class State:
    """What a stream remembers. ``score`` counts on normal inspection only, by ISO 2859-1."""

    stage: Stage = Stage.NORMAL
    score: int = 0
    recent: tuple[Counted, ...] = ()
    """The last lots since normal inspection began, as many as the rules look back."""
    accepted_in_a_row: int = 0
    """On tightened inspection."""
    refused_in_all: int = 0
    """Since tightened inspection began."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What people say about the stream at this lot.

    ``steady``: production runs steadily. ``authorised``: the responsible authority agrees to reduced inspection.
    ``other_reason``: any other condition that calls for normal inspection again.
    """

    steady: bool = False
    authorised: bool = False
    other_reason: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One lot of original inspection. ``ac_when_tighter``: Ac of the same sample at an AQL one step tighter, None if there is none."""

    plan: Plan
    nonconforming: int
    ac_when_tighter: int | None = None


def begin(stage: Stage | str = Stage.NORMAL) -> State:
    """The state of a new stream."""
    return State(Stage(stage))


def advance(
    state: State, found: Found, conditions: Conditions, rules: Rules, limits: LimitNumbers | None = None
) -> State:
    """The state for the next lot after one was inspected. Raises BadInput when the stream is discontinued.

    ``limits`` are the limit numbers of Z1.4, whose table is not shipped and which the standard leaves optional.
    """
    accepted = found.plan.accepts(found.nonconforming)
    if state.stage == Stage.NORMAL:
        return _after_normal(state, found, conditions, rules, limits)
    if state.stage == Stage.TIGHTENED:
        return _after_tightened(state, accepted, rules)
    if state.stage == Stage.REDUCED:
        # Between Ac and Re of the Z1.4 tables the lot is accepted, and normal inspection comes back all the same.
        back = found.nonconforming > found.plan.ac or not conditions.steady or conditions.other_reason
        return begin() if back else state
    return refuse(
        _("Inspection is discontinued; lots are held."),
        remedy=_("Accept the corrective action first; inspection then resumes as tightened."),
    )


def resume(state: State) -> State:
    """Inspection begins again, as tightened, after the corrective action was accepted. Raises BadInput when it is not discontinued."""
    if state.stage != Stage.DISCONTINUED:
        refuse(NOT_DISCONTINUED)
    return begin(Stage.TIGHTENED)


def switching_score(state: State, found: Found, rules: Rules) -> int:
    """The switching score of ISO 2859-1 after a lot on normal inspection.

    Ac of 2 or more: the lot must be acceptable also at an AQL one step tighter; Ac of 0 or 1: it must be accepted.
    """
    if found.plan.ac <= 1:
        return state.score + rules.score_small if found.plan.accepts(found.nonconforming) else 0
    tighter = found.ac_when_tighter
    good = tighter is not None and found.nonconforming <= tighter
    return state.score + rules.score_tighter if good else 0


def _after_normal(
    state: State, found: Found, conditions: Conditions, rules: Rules, limits: LimitNumbers | None
) -> State:
    recent = recent_with(state, found, rules)
    if refused_of(recent, rules) >= rules.tighten_refused:
        return begin(Stage.TIGHTENED)
    score = switching_score(state, found, rules) if rules.score_needed is not None else 0
    after = replace(state, score=score, recent=recent)
    if conditions.steady and conditions.authorised and not conditions.other_reason:
        if rules.score_needed is not None:
            ready = score >= rules.score_needed
        else:
            ready = _few_enough(recent, found.plan.aql, rules, limits)
        if ready:
            return begin(Stage.REDUCED)
    return after


def recent_with(state: State, found: Found, rules: Rules) -> tuple[Counted, ...]:
    """The last lots on normal inspection with this one, as many as the rules look back."""
    lot = Counted(found.plan.accepts(found.nonconforming), found.nonconforming, found.plan.sample_size)
    return (*state.recent, lot)[-max(rules.tighten_window, rules.reduce_accepted) :]


def refused_of(recent: tuple[Counted, ...], rules: Rules) -> int:
    """How many of the lots that tightened inspection looks at were not accepted."""
    return sum(not each.accepted for each in recent[-rules.tighten_window :])


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """``nonconforming`` pieces in ``sample_size`` pieces of the last lots together; ``limit`` None where the table has none."""

    nonconforming: int
    sample_size: int
    limit: int | None

    @property
    def is_met(self) -> bool:
        return self.limit is not None and self.nonconforming <= self.limit


def accepted_in_a_row(recent: tuple[Counted, ...]) -> int:
    """How many of the newest lots were accepted one after the other."""
    count = 0
    for each in reversed(recent):
        if not each.accepted:
            break
        count += 1
    return count


def check_limit(recent: tuple[Counted, ...], aql: str, rules: Rules, limits: LimitNumbers) -> LimitCheck | None:
    """The limit number of ANSI/ASQ Z1.4 for the last lots; None before there are as many accepted ones as the rules ask for."""
    if accepted_in_a_row(recent) < rules.reduce_accepted:
        return None
    last = recent[-rules.reduce_accepted :]
    sample = sum(each.sample_size for each in last)
    return LimitCheck(sum(each.nonconforming for each in last), sample, limits.limit(sample, aql))


def _few_enough(recent: tuple[Counted, ...], aql: str, rules: Rules, limits: LimitNumbers | None) -> bool:
    if limits is None:
        return accepted_in_a_row(recent) >= rules.reduce_accepted
    checked = check_limit(recent, aql, rules, limits)
    return checked is not None and checked.is_met


def _after_tightened(state: State, accepted: bool, rules: Rules) -> State:
    in_a_row = state.accepted_in_a_row + 1 if accepted else 0
    refused = state.refused_in_all + (not accepted)
    if refused >= rules.stop_refused:
        return begin(Stage.DISCONTINUED)
    if in_a_row >= rules.relax_accepted:
        return begin()
    return replace(state, accepted_in_a_row=in_a_row, refused_in_all=refused)
