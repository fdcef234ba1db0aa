"""Acceptance sampling by attributes and variables. Pure Python: neither numpy nor scipy, so that a plan is there at once.

    look_up_plan(lot_size=1000, level="II", aql=1.0)          single plans of ISO 2859-1 and ANSI/ASQ Z1.4
    Streams(plan_table(), level="II", aql=1.0, ...).judge(lot)  switching rules, lot by lot
    oc_curve(Single(80, 2), [0.01, 0.05])                     what a plan does to lots of a given quality
    find_plan(aql=0.01, alpha=0.05, lq=0.06, beta=0.10)       plans made to measure, c = 0 and LQ among them
    variables_plan(code_letter="J", aql=1.0)                  ANSI/ASQ Z1.9, k method

How sure the numbers are: docs/sampling.md.
"""

from supplier_quality.statistics.sampling.curves import (
    Outgoing,
    Point,
    Protection,
    Single,
    accept_probability,
    consumers_risk,
    oc_curve,
    outgoing,
    outgoing_limit,
    producers_risk,
    protection,
    quality_accepted_with,
)
from supplier_quality.statistics.sampling.design import Designed, find_plan, limiting_quality_plan, zero_acceptance_plan
from supplier_quality.statistics.sampling.plans import Plan, PlanTable, look_up_plan, overridden_table, plan_table
from supplier_quality.statistics.sampling.printed import (
    LimitNumbers,
    PrintedPlan,
    PrintedTable,
    read_limit_numbers,
    read_printed_table,
)
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
from supplier_quality.statistics.sampling.skip_lots import SkipJudged, SkipLot, SkipLots
from supplier_quality.statistics.sampling.streams import Judged, Lot, Streams
from supplier_quality.statistics.sampling.switching import (
    Conditions,
    LimitCheck,
    Rules,
    Stage,
    State,
    advance,
    begin,
    resume,
)
from supplier_quality.statistics.sampling.tables import (
    Arrow,
    Evidence,
    Override,
    Published,
    Severity,
    code_letter,
    levels,
    published,
    standards,
    table,
)
from supplier_quality.statistics.sampling.variables import (
    VariablesJudgement,
    VariablesPlan,
    judge_variables,
    variables_aqls,
    variables_letters,
    variables_plan,
)

__all__ = [
    "Arrow",
    "Conditions",
    "Designed",
    "Evidence",
    "Judged",
    "LimitCheck",
    "LimitNumbers",
    "Lot",
    "Outgoing",
    "Override",
    "Plan",
    "PlanTable",
    "Point",
    "PrintedPlan",
    "PrintedTable",
    "Protection",
    "Published",
    "Rules",
    "Severity",
    "Single",
    "SkipConditions",
    "SkipJudged",
    "SkipLot",
    "SkipLots",
    "SkipSettings",
    "SkipStage",
    "SkipState",
    "Stage",
    "State",
    "Streams",
    "VariablesJudgement",
    "VariablesPlan",
    "accept_probability",
    "advance",
    "after_inspection",
    "begin",
    "begin_skip_lot",
    "code_letter",
    "consumers_risk",
    "find_plan",
    "is_inspected",
    "judge_variables",
    "levels",
    "limiting_quality_plan",
    "look_up_plan",
    "oc_curve",
    "outgoing",
    "outgoing_limit",
    "overridden_table",
    "plan_table",
    "producers_risk",
    "protection",
    "published",
    "qualification_points",
    "quality_accepted_with",
    "read_limit_numbers",
    "read_printed_table",
    "resume",
    "standards",
    "table",
    "variables_aqls",
    "variables_letters",
    "variables_plan",
    "zero_acceptance_plan",
]
