"""JSON of questionnaires. Fields are named one by one: what a table gains does not leave the house by itself."""

from marshmallow import fields

from supplier_quality.suppliers.questionnaires.enums import QuestionnaireSort, QuestionType, Standing, Verdict
from supplier_quality.web.api import ApiSchema, PageDocument, PageQuery


class QuestionnaireQuery(PageQuery):
    """What a list of questionnaires is narrowed to and sorted by."""

    search = fields.String(load_default="", metadata={"description": "Words of the supplier's name, or a number"})
    state = fields.String(load_default=None)
    open = fields.Boolean(load_default=False, metadata={"description": "Only those that are not decided on"})
    name = fields.String(load_default=None, metadata={"description": "Name of the questionnaire file"})
    supplier = fields.String(load_default=None, metadata={"description": "Number of a supplier"})
    owner_id = fields.Integer(load_default=None)
    due_by = fields.Date(
        load_default=None, metadata={"description": "Only open ones that are due on that day or before"}
    )
    knocked_out = fields.Boolean(load_default=False, metadata={"description": "Only those with a knock-out answer"})
    below = fields.Integer(
        load_default=None, metadata={"description": "Only scores below this percent", "minimum": 0, "maximum": 100}
    )
    sort = fields.String(
        load_default=QuestionnaireSort.DUE.value,
        metadata={
            "description": "`-` turns it round; those without a value come last either way",
            "enum": [sign + sort for sort in QuestionnaireSort for sign in ("", "-")],
        },
    )


class RoundQuery(ApiSchema):
    """Which round of answers is shown."""

    round = fields.Integer(load_default=None, metadata={"description": "Number of a round; the newest without it"})


class QuestionnaireItem(ApiSchema):
    """A questionnaire sent to a supplier. ``version`` is also its ETag; send it back as If-Match. The score is in percent, with two
    places, and that of the newest round.
    """

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    supplier_number = fields.String(required=True)
    supplier = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True)
    due = fields.Date(allow_none=True)
    round = fields.Integer(required=True, metadata={"description": "How often it was submitted"})
    score = fields.Float(allow_none=True)
    knock_outs = fields.List(fields.String(), required=True)
    accepted_at = fields.AwareDateTime(format="iso", allow_none=True)
    owner = fields.String(allow_none=True)


class QuestionnairePageDocument(PageDocument):
    """One page of questionnaires and the cursors of its neighbours."""

    items = fields.List(fields.Nested(QuestionnaireItem), required=True)


class AnswerFile(ApiSchema):
    """What was uploaded as an answer."""

    name = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)


class RemarkView(ApiSchema):
    """What a reviewer said of an answer."""

    verdict = fields.String(required=True, metadata={"enum": list(Verdict)})
    comment = fields.String(allow_none=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(format="iso", required=True)


class AnsweredQuestion(ApiSchema):
    """One question with its answer, and what it gave: ``earned`` of ``possible``, both zero where it stays out of the sums."""

    id = fields.String(required=True)
    text = fields.String(required=True)
    type = fields.String(required=True, metadata={"enum": list(QuestionType)})
    standing = fields.String(required=True, metadata={"enum": list(Standing)})
    value = fields.Raw(allow_none=True, metadata={"description": "The answer as it was signed, by type"})
    reason = fields.String(allow_none=True, metadata={"description": "Why the question does not apply"})
    answer = fields.String(allow_none=True, metadata={"description": "The answer in words"})
    file = fields.Nested(AnswerFile, allow_none=True)
    points = fields.Integer(allow_none=True)
    most = fields.Integer(allow_none=True, metadata={"description": "Points of the best answer"})
    weight = fields.Integer(required=True)
    earned = fields.Float(required=True)
    possible = fields.Float(required=True)
    knocked_out = fields.Boolean(required=True)
    remark = fields.Nested(RemarkView, allow_none=True)


class ScoredSection(ApiSchema):
    """One section; ``percent`` null when nothing in it counts."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    weight = fields.Integer(required=True)
    earned = fields.Float(required=True)
    possible = fields.Float(required=True)
    percent = fields.Float(allow_none=True)
    questions = fields.List(fields.Nested(AnsweredQuestion), required=True)


class RoundView(ApiSchema):
    """What was submitted at one time, with the score of it and every part; ``sha256`` is what the contact signed."""

    number = fields.Integer(required=True)
    submitted_by = fields.String(required=True)
    submitted_at = fields.AwareDateTime(format="iso", required=True)
    sha256 = fields.String(required=True)
    score = fields.Float(allow_none=True)
    knock_outs = fields.List(fields.String(), required=True)
    sections = fields.List(fields.Nested(ScoredSection), required=True)


class QuestionnaireView(QuestionnaireItem):
    """A questionnaire with the round that was asked for; ``answers`` is null as long as nothing was submitted."""

    content_version = fields.Integer(required=True, metadata={"description": "Version of the file with the questions"})
    content_hash = fields.String(required=True)
    rounds = fields.List(fields.Integer(), required=True)
    given = fields.Integer(required=True, metadata={"description": "Required answers that are there"})
    needed = fields.Integer(required=True)
    previous = fields.String(allow_none=True, metadata={"description": "Number of the one that was accepted before it"})
    answers = fields.Nested(RoundView, allow_none=True)
