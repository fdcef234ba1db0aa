"""Pages of the calculator: sampling plans by address, studies of pasted tables. They touch no record and store nothing."""

from flask import Blueprint, Response, request

from supplier_quality import web
from supplier_quality.calculator import (
    agreement_page,
    bias_page,
    capability_page,
    chart_page,
    find_page,
    gauge_page,
    linearity_page,
    plan_fields,
    sampling_page,
    skip_page,
    stability_page,
    study_pages,
    switching_page,
    variables_page,
    zero_page,
)
from supplier_quality.calculator.answers import Answer, pdf_of
from supplier_quality.errors import BadInput
from supplier_quality.language import Words, _
from supplier_quality.statistics import sampling

blueprint = Blueprint("calculator", __name__, url_prefix="/calculator")

SAMPLING = (find_page.PAGE, zero_page.PAGE, switching_page.PAGE, skip_page.PAGE, variables_page.PAGE)
STUDIES = (
    capability_page.PAGE, chart_page.PAGE, gauge_page.PAGE, agreement_page.PAGE, bias_page.PAGE, linearity_page.PAGE,
    stability_page.PAGE,
)  # fmt: skip
SAMPLING_LEAD = _(
    "How many pieces of a lot to inspect and how many may be nonconforming, by ISO 2859-1 or ANSI/ASQ Z1.4, with both risks, the OC curve and the average outgoing quality."
)


@blueprint.get("")
@web.staff()
def show() -> Response:
    return web.render(
        "pages/calculator/index.html", sampling=SAMPLING, studies=STUDIES, title=sampling_page.TITLE, lead=SAMPLING_LEAD
    )


@blueprint.get("/sampling")
@web.staff()
def plan() -> Response:
    return _show_plan(prints=False)


@blueprint.get("/sampling.pdf")
@web.staff()
def print_plan() -> Response:
    return _show_plan(prints=True)


@blueprint.route("/two-points", methods=["GET", "POST"])
@web.staff()
def two_points() -> Response:
    return study_pages.show_study(find_page.PAGE, _sampling_tabs("two-points"))


@blueprint.route("/zero-acceptance", methods=["GET", "POST"])
@web.staff()
def zero_acceptance() -> Response:
    return study_pages.show_study(zero_page.PAGE, _sampling_tabs("zero-acceptance"))


@blueprint.route("/switching", methods=["GET", "POST"])
@web.staff()
def switching() -> Response:
    return study_pages.show_study(switching_page.PAGE, _sampling_tabs("switching"))


@blueprint.route("/skip-lot", methods=["GET", "POST"])
@web.staff()
def skip_lot() -> Response:
    return study_pages.show_study(skip_page.PAGE, _sampling_tabs("skip-lot"))


@blueprint.route("/variables", methods=["GET", "POST"])
@web.staff()
def variables() -> Response:
    return study_pages.show_study(variables_page.PAGE, _sampling_tabs("variables"))


@blueprint.route("/capability", methods=["GET", "POST"])
@web.staff()
def capability() -> Response:
    return study_pages.show_study(capability_page.PAGE)


@blueprint.route("/control-chart", methods=["GET", "POST"])
@web.staff()
def control_chart() -> Response:
    return study_pages.show_study(chart_page.PAGE)


@blueprint.route("/gauge-rr", methods=["GET", "POST"])
@web.staff()
def gauge() -> Response:
    return study_pages.show_study(gauge_page.PAGE)


@blueprint.route("/agreement", methods=["GET", "POST"])
@web.staff()
def agreement() -> Response:
    return study_pages.show_study(agreement_page.PAGE)


@blueprint.route("/bias", methods=["GET", "POST"])
@web.staff()
def bias() -> Response:
    return study_pages.show_study(bias_page.PAGE)


@blueprint.route("/linearity", methods=["GET", "POST"])
@web.staff()
def linearity() -> Response:
    return study_pages.show_study(linearity_page.PAGE)


@blueprint.route("/stability", methods=["GET", "POST"])
@web.staff()
def stability() -> Response:
    return study_pages.show_study(stability_page.PAGE)


def _sampling_tabs(current: str) -> list[tuple[str, Words, None, bool]]:
    """The pages of acceptance sampling beside each other."""
    pages = [("sampling", sampling_page.TITLE), *((page.name, page.title) for page in SAMPLING)]
    return [(f"/calculator/{name}", title, None, name == current) for name, title in pages]


def _show_plan(*, prints: bool) -> Response:
    form = sampling_page.read_asked(request.args)
    answer: Answer | None = None
    if form.values and form.is_good:
        try:
            answer = sampling_page.answer_plan(form.values)
        except BadInput as error:
            form = form.with_problems(error)
    if prints and answer is not None:
        return pdf_of(answer, title=str(sampling_page.TITLE), name="sampling-plan")
    return web.render(
        "pages/calculator/sampling.html", 200 if form.is_good else 422, form=form, answer=answer,
        title=sampling_page.TITLE, lead=SAMPLING_LEAD, query=request.query_string.decode("ascii", "replace"),
        aqls=sampling.table("iso2859-1").aqls, levels=sampling.levels(),
        severities=list(plan_fields.SEVERITY_WORDS.items()), standards=list(plan_fields.STANDARD_WORDS.items()),
        arrows=list(sampling_page.ARROW_WORDS.items()), related=_sampling_tabs("sampling"),
    )  # fmt: skip
