"""Skip-lot sampling in the shape of ISO 2859-3: which lots of a proven product need not be inspected. A pure state machine.

Supplier and product qualify lot by lot; then only a fraction of the lots, chosen at random, is inspected; a lot that is not
accepted interrupts that; bad luck while interrupted disqualifies. The standard's own triggers were not seen: every number
is a setting, with defaults that are general knowledge. Set them from a licensed copy.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from supplier_quality.language import _
from supplier_quality.statistics.sampling.refusing import refuse, share, whole


class SkipStage(StrEnum):
    """Where a product of a supplier stands."""

    LOT_BY_LOT = "lot_by_lot"  # qualifying: every lot is inspected
    SKIPPING = "skip_lot"
    INTERRUPTED = "interruption"  # every lot is inspected until it is shown that nothing has changed


@dataclass(frozen=True, slots=True)
class SkipSettings:
    """``frequencies``: one lot in so many is inspected, step by step. Points of a lot go by how tight an AQL it would still meet."""

    least_lots: int = 10
    score_needed: int = 50
    points_accepted: int = 1
    points_one_step_tighter: int = 3
    points_two_steps_tighter: int = 5
    frequencies: tuple[int, ...] = (2, 3, 4, 5)
    lots_per_step: int = 10
    requalify_accepted: int = 4

    def __post_init__(self) -> None:
        """Raises BadInput."""
        for name in ("least_lots", "score_needed", "lots_per_step", "requalify_accepted"):
            whole(getattr(self, name), name, least=1)
        for name in ("points_accepted", "points_one_step_tighter", "points_two_steps_tighter"):
            whole(getattr(self, name), name, least=0)
        if not self.frequencies or list(self.frequencies) != sorted(set(self.frequencies)) or self.frequencies[0] < 2:
            refuse(
                _("The frequencies have to grow from 2 on."),
                column="frequencies", value=self.frequencies, remedy=_("Write them as 2, 3, 4, 5."),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SkipState:
    """``step`` is the place in the frequencies; the other numbers count since the stage, or the step, began."""

    stage: SkipStage = SkipStage.LOT_BY_LOT
    step: int = 0
    score: int = 0
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class SkipConditions:
    """What people say: both must hold for skipping to begin and to go on. Losing one disqualifies."""

    supplier_qualified: bool
    product_qualified: bool

    @property
    def hold(self) -> bool:
        return self.supplier_qualified and self.product_qualified


def begin_skip_lot() -> SkipState:
    """A product that has yet to qualify."""
    return SkipState()


def is_inspected(state: SkipState, draw: float, settings: SkipSettings) -> bool:
    """Whether the next lot is inspected; ``draw`` is a random number from 0 up to 1 that nobody can foresee. Raises BadInput."""
    share(draw, "draw")
    return state.stage != SkipStage.SKIPPING or draw * settings.frequencies[state.step] < 1


def qualification_points(
    nonconforming: int, ac: int, one_step_tighter: int | None, two_steps_tighter: int | None, settings: SkipSettings
) -> int:
    """The qualification points of one accepted lot. A tighter Ac of None, no plan for this sample, is met by 0 only."""
    if nonconforming > ac:
        return 0
    if nonconforming <= (two_steps_tighter or 0):
        return settings.points_two_steps_tighter
    return settings.points_one_step_tighter if nonconforming <= (one_step_tighter or 0) else settings.points_accepted


def after_inspection(
    state: SkipState, *, accepted: bool, earned: int, conditions: SkipConditions, settings: SkipSettings
) -> SkipState:
    """The state after a lot was inspected; lots that were skipped change nothing. ``earned`` are the lot's points."""
    match state.stage:
        case SkipStage.LOT_BY_LOT:
            return _qualifying(state, accepted, earned, conditions, settings)
        case SkipStage.SKIPPING:
            return _skipping(state, accepted, conditions, settings)
        case SkipStage.INTERRUPTED:
            return _interrupted(state, accepted, conditions, settings)


def _qualifying(
    state: SkipState, accepted: bool, earned: int, conditions: SkipConditions, settings: SkipSettings
) -> SkipState:
    if not accepted:
        return begin_skip_lot()
    after = replace(state, score=state.score + earned, accepted=state.accepted + 1)
    proven = after.accepted >= settings.least_lots and after.score >= settings.score_needed
    return SkipState(SkipStage.SKIPPING) if proven and conditions.hold else after


def _skipping(state: SkipState, accepted: bool, conditions: SkipConditions, settings: SkipSettings) -> SkipState:
    if not conditions.hold:
        return begin_skip_lot()
    if not accepted:
        return SkipState(SkipStage.INTERRUPTED, step=state.step)
    after = replace(state, accepted=state.accepted + 1)
    if after.accepted >= settings.lots_per_step and state.step + 1 < len(settings.frequencies):
        return SkipState(SkipStage.SKIPPING, step=state.step + 1)
    return after


def _interrupted(state: SkipState, accepted: bool, conditions: SkipConditions, settings: SkipSettings) -> SkipState:
    if not accepted or not conditions.hold:
        return begin_skip_lot()  # disqualified
    after = replace(state, accepted=state.accepted + 1)
    # Back where it was, but never at a rarer frequency than before.
    return SkipState(SkipStage.SKIPPING, step=state.step) if after.accepted >= settings.requalify_accepted else after
