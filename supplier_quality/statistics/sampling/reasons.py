"""Why inspection goes on as it does: each decision of the switching rules in a sentence, with the numbers it rests on."""

from supplier_quality.language import Words, _
from supplier_quality.statistics.sampling.printed import LimitNumbers
from supplier_quality.statistics.sampling.switching import (
    Conditions,
    Counted,
    Found,
    Rules,
    Stage,
    State,
    accepted_in_a_row,
    check_limit,
    recent_with,
    refused_of,
    switching_score,
)

HELD = _("Inspection is discontinued: the lot is held until the corrective action is accepted.")
RESUBMITTED = _("A resubmitted lot: it is inspected and does not count for the switching rules.")


def resumed(reason: Words) -> Words:
    """The reason of a lot before which inspection began again."""
    return _("The corrective action was accepted, so inspection resumed as tightened. %(reason)s", reason=reason)


def switching_reason(
    before: State, found: Found, after: State, conditions: Conditions, rules: Rules, limits: LimitNumbers | None
) -> Words:
    """Why the next lot is inspected as ``after`` says; the arguments are those of ``advance``, and what it answered."""
    if before.stage == Stage.TIGHTENED:
        return _on_tightened(before, found, after, rules)
    if before.stage == Stage.REDUCED:
        return _on_reduced(found, conditions)
    recent = recent_with(before, found, rules)
    if after.stage == Stage.TIGHTENED:
        seen = min(len(recent), rules.tighten_window)
        return _(
            "%(refused)s of %(seen)s lots in a row were not accepted: tightened inspection from the next lot on.",
            refused=refused_of(recent, rules), seen=seen,
        )  # fmt: skip
    if not found.plan.accepts(found.nonconforming):
        return _(
            "Not accepted; %(needed)s of %(window)s or fewer lots in a row would bring tightened inspection.",
            needed=rules.tighten_refused, window=rules.tighten_window,
        )  # fmt: skip
    if rules.score_needed is not None:
        return _by_score(switching_score(before, found, rules), rules.score_needed, after, conditions)
    return _by_lots(recent, found.plan.aql, after, conditions, rules, limits)


def _by_score(score: int, needed: int, after: State, conditions: Conditions) -> Words:
    said = {"score": score, "needed": needed}
    if after.stage == Stage.REDUCED:
        return _("The switching score reached %(score)s of %(needed)s, production is steady and the responsible authority agrees: reduced inspection from the next lot on.", **said)  # fmt: skip
    if score == 0:
        return _("Accepted, but not at an AQL one step tighter: the switching score begins again at 0.")
    if score < needed:
        return _("Accepted: the switching score is %(score)s of the %(needed)s that reduced inspection needs.", **said)
    return _(
        "The switching score of %(score)s would do for reduced inspection. %(lacking)s",
        score=score, lacking=_lacking(conditions),
    )  # fmt: skip


def _by_lots(
    recent: tuple[Counted, ...], aql: str, after: State, conditions: Conditions, rules: Rules, limits: LimitNumbers | None
) -> Words:  # fmt: skip
    needed, count = rules.reduce_accepted, accepted_in_a_row(recent)
    if after.stage == Stage.REDUCED:
        return _("The last %(needed)s lots were accepted, production is steady and the responsible authority agrees: reduced inspection from the next lot on.", needed=needed)  # fmt: skip
    if count < needed:
        return _(
            "Accepted: %(count)s of the %(needed)s accepted lots in a row that reduced inspection needs.",
            count=count, needed=needed,
        )  # fmt: skip
    checked = None if limits is None else check_limit(recent, aql, rules, limits)
    if checked is not None and checked.limit is None:
        return _("The last %(needed)s lots were accepted, but the table has no limit number for %(size)s pieces yet.", needed=needed, size=checked.sample_size)  # fmt: skip
    if checked is not None and not checked.is_met:
        return _("The last %(needed)s lots were accepted, but with %(found)s nonconforming they are over the limit number %(limit)s.", needed=needed, found=checked.nonconforming, limit=checked.limit)  # fmt: skip
    return _(
        "The last %(needed)s lots were accepted, which would do for reduced inspection. %(lacking)s",
        needed=needed, lacking=_lacking(conditions),
    )  # fmt: skip


def _lacking(conditions: Conditions) -> Words:
    """What people did not say that reduced inspection needs besides."""
    if conditions.other_reason:
        return _("Another condition calls for normal inspection.")
    if not conditions.steady and not conditions.authorised:
        return _("It also needs steady production and the agreement of the responsible authority.")
    if not conditions.steady:
        return _("It also needs steady production.")
    return _("It also needs the agreement of the responsible authority.")


def _on_tightened(before: State, found: Found, after: State, rules: Rules) -> Words:
    if after.stage == Stage.DISCONTINUED:
        return _("%(count)s lots in all were not accepted since tightened inspection began: inspection is discontinued and lots are held.", count=rules.stop_refused)  # fmt: skip
    if after.stage == Stage.NORMAL:
        return _(
            "%(count)s lots in a row were accepted: normal inspection from the next lot on.", count=rules.relax_accepted
        )
    if found.plan.accepts(found.nonconforming):
        return _(
            "Accepted: %(count)s of the %(needed)s lots in a row that bring normal inspection back.",
            count=after.accepted_in_a_row, needed=rules.relax_accepted,
        )  # fmt: skip
    return _(
        "Not accepted: %(count)s of the %(stop)s lots in all that discontinue inspection.",
        count=before.refused_in_all + 1, stop=rules.stop_refused,
    )  # fmt: skip


def _on_reduced(found: Found, conditions: Conditions) -> Words:
    if not found.plan.accepts(found.nonconforming):
        return _("Not accepted on reduced inspection: normal inspection from the next lot on.")
    if found.nonconforming > found.plan.ac:
        return _("%(found)s nonconforming are between Ac and Re: the lot is accepted, and normal inspection comes back from the next lot on.", found=found.nonconforming)  # fmt: skip
    if not conditions.steady:
        return _("Production is not said to be steady: normal inspection from the next lot on.")
    if conditions.other_reason:
        return _("Another condition calls for normal inspection from the next lot on.")
    return _("Accepted and production is steady: reduced inspection goes on.")
