"""Reading a questionnaire file: every fault is a finding at its place."""

from collections.abc import Iterator
from fractions import Fraction

from supplier_quality.engine.definitions.fields import VARIABLE, Fields, is_empty, read_words, shape, unknown
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.findings import Place as Position
from supplier_quality.engine.definitions.findings import Position as Spot
from supplier_quality.engine.definitions.kinds import Header
from supplier_quality.engine.definitions.model import Place
from supplier_quality.engine.definitions.nodes import Mapping as MappingNode
from supplier_quality.engine.definitions.nodes import Node, Scalar, Sequence
from supplier_quality.engine.expressions import BOOL, Expression, Type, parse_types
from supplier_quality.language import LANGUAGES, Text, _
from supplier_quality.suppliers.questionnaires.definition import (
    FACT_TYPES,
    NO,
    YES,
    Band,
    Choice,
    Content,
    Limits,
    Question,
    Section,
)
from supplier_quality.suppliers.questionnaires.enums import QuestionType
from supplier_quality.suppliers.questionnaires.examples import read_examples

KEYS = ("languages", "intro", "minutes", "sections")
SECTION_KEYS = ("id", "title", "intro", "weight", "when", "questions")
COMMON = ("id", "type", "text", "help", "source", "required", "not_applicable", "when", "weight", "points")
ONLY = {
    QuestionType.YES_NO: ("knock_out",),
    QuestionType.CHOICE: ("choices", "knock_out"),
    QuestionType.CHOICES: ("choices", "knock_out"),
    QuestionType.NUMBER: ("unit", "min", "max", "knock_out"),
    QuestionType.TEXT: (),
    QuestionType.DATE: (),
    QuestionType.FILE: (),
}
"""The keys that belong to one type of question, beside the common ones. Those of choices give points at the choices."""

YES_NO = (
    (YES, Text({"en": "Yes", "zh": "是"})),
    (NO, Text({"en": "No", "zh": "否"})),
)
MINUTES = 30
MOST_POINTS = 1_000
MOST_QUESTIONS = 400


class Reader:
    """Reads one file. Types of all questions are known before the first condition is read."""

    def __init__(self, fields: Fields, notes: Notes) -> None:
        self.notes = notes
        self._fields = fields
        self._languages = self._read_languages()
        self._types: dict[str, Type] = {}
        self._lines: dict[str, Position] = {}

    def read(self, header: Header) -> Content | None:
        for words in ("title", "intro", "description"):
            self._check_languages(self._fields.node(words), words)
        found = list(self._sections())
        self._declare(found)
        sections = []
        earlier: set[str] = set()
        for node, own in found:
            section = self._read_section(node, own, earlier)
            if section is not None:
                sections.append(section)
        if len(self._types) > MOST_QUESTIONS:
            message = _("A questionnaire has at most %(most)s questions.", most=MOST_QUESTIONS)
            self.notes.add("out_of_range", message, self._fields.at("sections"))
        by_id = {each.id: each for section in sections for each in section.questions}
        intro = self._fields.words("intro")
        minutes = self._fields.whole("minutes", least=1) or MINUTES
        tests = read_examples(self._fields, self.notes, by_id)
        return Content(
            header.name, header.version, header.title, intro, minutes, tuple(sections), tests, header.hash,
            header.source, by_id,
        )  # fmt: skip

    def _read_languages(self) -> tuple[str, ...]:
        """The languages in which every text must be said; all of the product unless the file says otherwise."""
        found = []
        for named in self._fields.names("languages"):
            if named.name not in LANGUAGES:
                message = _("There is no language %(name)s here.", name=named.name)
                self.notes.add("unknown_value", unknown(message, named.name, LANGUAGES), named)
                continue
            found.append(named.name)
        return tuple(found) or LANGUAGES

    def _sections(self) -> Iterator[tuple[Node, Fields]]:
        seen: dict[str, Position] = {}
        for node in self._fields.entries("sections", required=True):
            own = Fields(node, self.notes, allowed=SECTION_KEYS, what=_("A section"))
            if not isinstance(node, MappingNode):
                continue
            self._take_id(own, seen, "duplicate_section")
            yield node, own

    def _take_id(self, own: Fields, seen: dict[str, Position], code: str) -> str | None:
        """The id of a section or question, once. Notes what is wrong with it."""
        name = own.name("id", pattern=VARIABLE)
        if name is None:
            return None
        if name in seen:
            message = _("%(id)s is given twice; the first one stands in line %(line)s.", id=name, line=seen[name].line)
            self.notes.add(code, message, own.at("id"))
            return None
        seen[name] = own.at("id")
        return name

    def _declare(self, sections: list[tuple[Node, Fields]]) -> None:
        """Learn the names and types of all questions, and note those given twice."""
        for _node, own in sections:
            for node in own.entries("questions", required=True):
                if not isinstance(node, MappingNode):
                    continue
                quiet = Fields(node, Notes(), allowed=node.items, what=_("A question"))
                shown = quiet.string("type")
                type_ = QuestionType(shown) if shown in list(QuestionType) else None
                named = Fields(node, self.notes, allowed=node.items, what=_("A question"))
                name = self._take_id(named, self._lines, "duplicate_question")
                if name is not None:
                    self._types |= parse_types({name: FACT_TYPES[type_]}) if type_ else {name: Type("dyn")}

    def _read_section(self, node: Node, own: Fields, earlier: set[str]) -> Section | None:
        for words in ("title", "intro"):
            self._check_languages(own.node(words), words)
        when = self._condition(own, earlier)
        questions = []
        for each in own.entries("questions"):
            question = self._read_question(each, earlier)
            if question is not None:
                questions.append(question)
        title, weight = own.words("title", required=True), own.whole("weight", least=1) or 1
        name = own.name("id", required=False, pattern=VARIABLE)
        if title is None or name is None:
            return None
        place = Place(node.line, node.column)
        return Section(name, title, own.words("intro"), weight, tuple(questions), when, place)

    def _read_question(self, node: Node, earlier: set[str]) -> Question | None:
        what = _("A question")
        if not isinstance(node, MappingNode):
            Fields(node, self.notes, allowed=COMMON, what=what)
            return None
        every = Fields(node, Notes(), allowed=node.items, what=what)
        written = every.string("type")
        kind = QuestionType(written) if written in list(QuestionType) else None
        allowed = (*COMMON, *(ONLY[kind] if kind else {key for keys in ONLY.values() for key in keys}))
        own = Fields(node, self.notes, allowed=allowed, what=what)
        own.one_of("type", [each.value for each in QuestionType], required=True)
        for words in ("text", "help", "unit"):
            self._check_languages(own.node(words), words)
        text = own.words("text", required=True)
        when = self._condition(own, earlier)
        name = every.name("id", pattern=VARIABLE)
        if name is not None:
            earlier.add(name)
        if kind is None or name is None or text is None:
            return None
        return self._finish(own, kind, name, text, when, Place(node.line, node.column))

    def _finish(
        self, own: Fields, kind: QuestionType, name: str, text: Text, when: Expression | None, place: Place
    ) -> Question:
        choices, bands, given, most = self._worth(own, kind)
        weight = own.whole("weight", least=1)
        if weight is not None and most is None and "points" not in own:
            message = _("Only a question that gives points has a weight.")
            self.notes.add("bad_field", message, own.at("weight"))
        numeric = kind is QuestionType.NUMBER
        return Question(
            id=name, type=kind, text=text, help=own.words("help"), source=own.string("source"),
            required=own.flag("required", default=True), not_applicable=own.flag("not_applicable"),
            weight=weight or 1, most=most, choices=choices, bands=bands, given=given, unit=own.words("unit"),
            limits=self._limits(own, "min", "max") if numeric else Limits(),
            knock_out=self._knock_out(own, choices) if not numeric else frozenset(),
            knock_out_limits=self._knock_out_limits(own) if numeric else Limits(), when=when, place=place,
        )  # fmt: skip

    def _worth(
        self, own: Fields, kind: QuestionType
    ) -> tuple[tuple[Choice, ...], tuple[Band, ...], int | None, int | None]:
        """Choices, bands, points of anything given, and the points of the best answer."""
        node = own.node("points")
        if kind in (QuestionType.CHOICE, QuestionType.CHOICES):
            choices = self._choices(own)
            points = [each.points for each in choices if each.points is not None]
            most = (max(points) if kind is QuestionType.CHOICE else sum(points)) if points else None
            if node is not None:
                most = self._full(own, kind, most)
            return choices, (), None, self._checked_most(most, own)
        if kind is QuestionType.YES_NO:
            worth = self._yes_no_points(node)
            choices = tuple(Choice(each, label, worth.get(each) if worth else None) for each, label in YES_NO)
            return choices, (), None, self._checked_most(max(worth.values()) if worth else None, own)
        if kind is QuestionType.NUMBER:
            bands = self._bands(own)
            return (), bands, None, self._checked_most(max((each.points for each in bands), default=None), own)
        given = own.whole("points", least=1)
        return (), (), given, given

    def _full(self, own: Fields, kind: QuestionType, most: int | None) -> int | None:
        """For several choices ``points`` says how many give the full weight; more do not count."""
        full = own.whole("points", least=1)
        if kind is QuestionType.CHOICE or (full is not None and (most is None or full > most)):
            message = _(
                "Points of choices stand at the choices; for several choices, points is how many make the full."
            )
            self.notes.add("bad_field", message, own.at("points"))
            return most
        return full

    def _checked_most(self, most: int | None, own: Fields) -> int | None:
        if most is not None and most < 1:
            message = _("One answer at least must give points.")
            self.notes.add("out_of_range", message, own.place)
            return None
        return most

    def _choices(self, own: Fields) -> tuple[Choice, ...]:
        choices = []
        for named, node in own.pairs("choices", required=True, pattern=VARIABLE):
            each = Fields(node, self.notes, allowed=("label", "points"), what=_("The choice %(name)s", name=named.name))
            if not isinstance(node, MappingNode):
                continue
            self._check_languages(each.node("label"), "label")
            label = each.words("label", required=True)
            points = self._points_of(each)
            if label is not None:
                choices.append(Choice(named.name, label, points))
        if len(choices) == 1:
            self.notes.add("out_of_range", _("A question needs two choices at least."), own.at("choices"))
        scored = [each for each in choices if each.points is not None]
        if scored and len(scored) < len(choices):
            message = _("Either all choices of a question say their points, or none.")
            self.notes.add("missing_key", message, own.at("choices"))
        return tuple(choices)

    def _points_of(self, own: Fields) -> int | None:
        points = own.whole("points", least=0)
        if points is not None and points > MOST_POINTS:
            message = _("%(key)s must be at most %(most)s.", key="points", most=MOST_POINTS)
            self.notes.add("out_of_range", message, own.at("points"))
        return points

    def _yes_no_points(self, node: Node | None) -> dict[str, int]:
        if node is None:
            return {}
        own = Fields(node, self.notes, allowed=(YES, NO), what=_("The points"))
        if not isinstance(node, MappingNode):
            return {}
        return {each: own.whole(each, required=True, least=0) or 0 for each in (YES, NO)}

    def _bands(self, own: Fields) -> tuple[Band, ...]:
        """The bands of a number, in the order in which they are tried."""
        bands: list[Band] = []
        for node in own.entries("points"):
            each = Fields(node, self.notes, allowed=("at_least", "at_most", "points"), what=_("A band"))
            if not isinstance(node, MappingNode):
                continue
            if ("at_least" in each) == ("at_most" in each):
                self.notes.add("bad_band", _("A band has either at_least or at_most."), node)
                continue
            rising = "at_least" in each
            bound = self._exact(each, "at_least" if rising else "at_most")
            points = self._points_of(each) if each.node("points", required=True) else None
            if bound is None or points is None:
                continue
            before = bands[-1] if bands else None
            if before is not None and (
                before.at_least != rising or (bound >= before.bound if rising else bound <= before.bound)
            ):
                message = _("Bands go one way, from the strictest to the widest; this one can never count.")
                self.notes.add("bad_band", message, node)
            bands.append(Band(bound, points, rising))
        return tuple(bands)

    def _exact(self, own: Fields, key: str) -> Fraction | None:
        node = own.node(key)
        if node is None:
            return None
        if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return Fraction(node.raw)
        message = _("%(key)s must be a number, not %(found)s.", key=key, found=shape(node))
        self.notes.add("wrong_type", message, node)
        return None

    def _limits(self, own: Fields, least: str, most: str) -> Limits:
        limits = Limits(self._exact(own, least), self._exact(own, most))
        if limits.below is not None and limits.above is not None and limits.below > limits.above:
            message = _("%(least)s is larger than %(most)s.", least=least, most=most)
            self.notes.add("out_of_range", message, own.at(least))
        return limits

    def _knock_out_limits(self, own: Fields) -> Limits:
        node = own.node("knock_out")
        if node is None:
            return Limits()
        each = Fields(node, self.notes, allowed=("below", "above"), what=_("The knock-out of a number"))
        return self._limits(each, "below", "above")

    def _knock_out(self, own: Fields, choices: tuple[Choice, ...]) -> frozenset[str]:
        known = [each.id for each in choices]
        found = set()
        for named in own.names("knock_out", pattern=VARIABLE):
            if named.name not in known:
                message = _("%(name)s is none of the answers of this question.", name=named.name)
                self.notes.add("unknown_choice", unknown(message, named.name, known), named)
                continue
            found.add(named.name)
        if found and found == set(known):
            message = _("Every answer would be a knock-out.")
            self.notes.add("unknown_choice", message, own.at("knock_out"))
        return frozenset(found)

    def _condition(self, own: Fields, earlier: set[str]) -> Expression | None:
        """The condition under which something is asked: it reads answers to earlier questions only."""
        node = own.node("when")
        if node is None:
            return None
        when = own.expression("when", self._types, expect=BOOL)
        if when is None:
            return None
        for name in sorted({path.partition(".")[0] for path in when.reads} - earlier):
            line = self._lines[name].line
            message = _(
                "%(name)s is asked later (line %(line)s); a condition reads earlier answers only.", name=name, line=line
            )
            self.notes.add("later_question", message, _spot(node, name))
            return None
        return when

    def _check_languages(self, node: Node | None, key: str) -> None:
        """Every text is said in every language of the file."""
        if node is None or (len(self._languages) == 1 and not isinstance(node, MappingNode)):
            return
        if isinstance(node, MappingNode):
            missing = [each for each in self._languages if each not in node.items or is_empty(node.items[each])]
            missing = [each for each in missing if each != "en"]  # said by whoever reads the text itself
        elif isinstance(node, Sequence) or read_words(node, key, Notes()) is None:
            return
        else:
            missing = list(self._languages)
        if missing:
            message = _(
                "The text %(key)s is missing in %(languages)s; the file is in %(all)s.",
                key=key, languages=", ".join(missing), all=", ".join(self._languages),
            )  # fmt: skip
            self.notes.add("missing_language", message, node)


def _spot(node: Node, name: str) -> Position:
    """Where the name stands in the expression, when its text is in the file as it is."""
    if isinstance(node, Scalar) and node.exact and name in node.raw:
        return Spot(node.line, node.text_column + node.raw.index(name))
    return node


def read_questionnaire(fields: Fields, header: Header, notes: Notes) -> Content | None:
    """What the file says. ``notes`` holds every fault."""
    return Reader(fields, notes).read(header)
