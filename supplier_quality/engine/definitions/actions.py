"""Reading the actions of a process file: who may, from where to where, what is asked, what must hold, what follows."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date

from supplier_quality.engine.definitions.constraints import exclude_each_other
from supplier_quality.engine.definitions.fields import (
    DOTTED,
    NAME,
    VARIABLE,
    Fields,
    Named,
    is_empty,
    read_expression,
    read_name,
    read_words,
    shape,
    unknown,
)
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.findings import Place as Position
from supplier_quality.engine.definitions.kinds import humanise
from supplier_quality.engine.definitions.model import (
    BUILT_IN_EFFECTS,
    ENGINE_FACTS,
    FIELD_TYPES,
    ROLES,
    SYSTEM,
    Action,
    Effect,
    FormField,
    Place,
    Rule,
)
from supplier_quality.engine.definitions.nodes import Mapping, Node, Plain, Scalar, Sequence, plain
from supplier_quality.engine.expressions import BOOL, Expression, ExpressionError, Type, fold, parse_types
from supplier_quality.language import Text, _

ACTION_KEYS = (
    "id", "label", "from", "to", "by", "sign", "confirm", "primary", "form", "four_eyes", "require", "effects",
)  # fmt: skip
RULE_KEYS = ("id", "when", "else", "mend")
FIELD_KEYS = ("type", "label", "required", "choices", "help", "min", "max", "max_length", "archives")

# Ids under which the evaluation itself refuses.
RESERVED_RULE_IDS = frozenset({"wrong_state", "not_your_role", "form"})

FOUR_EYES = Text(
    {
        "en": "Four eyes: whoever did the step before may not take this one",
        "zh": "双人复核：执行上一步的人不得执行本步骤",
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the actions of a file may refer to."""

    states: frozenset[str]
    types: Map[str, Type]
    effects: frozenset[str] | None


def read_actions(fields: Fields, notes: Notes, known: Known) -> dict[str, Action]:
    actions: dict[str, Action] = {}
    for node in fields.entries("actions", required=True):
        action = _read_action(node, notes, known)
        if action is None:
            # It has a fault already, and the way it would be is missing below.
            notes.leave_out("unreachable_state", "dead_end")
            continue
        if action.id in actions:
            notes.leave_out("unreachable_state", "dead_end")
            message = _(
                "The action %(id)s is given twice; the first one stands in line %(line)s.",
                id=action.id,
                line=actions[action.id].place.line,
            )
            notes.add("duplicate_action", message, action.place)
            continue
        actions[action.id] = action
    return actions


def place_of(at: Position) -> Place:
    return Place(at.line, at.column)


def check_state(named: Named, notes: Notes, states: frozenset[str]) -> bool:
    if named.name in states:
        return True
    message = _("There is no state %(name)s.", name=named.name)
    notes.add("unknown_state", unknown(message, named.name, states), named)
    return False


def read_roles(fields: Fields, key: str) -> frozenset[str]:
    found = set()
    for named in fields.names(key):
        if named.name in ROLES:
            found.add(named.name)
            continue
        message = _("There is no role %(name)s.", name=named.name)
        fields.notes.add("unknown_role", unknown(message, named.name, ROLES), named)
    return frozenset(found)


def read_effect(node: Node, notes: Notes, known: frozenset[str] | None) -> Effect | None:
    """``group.name``, or ``{group.name: {argument: value}}``."""
    args: dict[str, Plain] = {}
    name_node: Node = node
    if isinstance(node, Mapping):
        if len(node.items) != 1:
            message = _("An effect with arguments is one name and its arguments: {mail.reminder: {to: buyer}}.")
            notes.add("bad_effect", message, node)
            return None
        ((name, value),) = node.items.items()
        at = node.keys[name]
        name_node = Scalar(at.line, at.column, name, name, True, at.column)
        if isinstance(value, Mapping):
            args = {key: plain(item) for key, item in value.items.items()}
        elif not is_empty(value):
            message = _("The arguments of an effect must be a mapping, not %(found)s.", found=shape(value))
            notes.add("wrong_type", message, value)
    named = read_name(name_node, "effects", notes, DOTTED)
    if named is None:
        return None
    check_effect(named, notes, known)
    return Effect(named.name, args, place_of(named))


def check_effect(named: Named, notes: Notes, known: frozenset[str] | None) -> None:
    if named.name in BUILT_IN_EFFECTS:
        return
    if known is not None and named.name not in known:
        message = _("There is no effect %(name)s.", name=named.name)
        notes.add("unknown_effect", unknown(message, named.name, known | BUILT_IN_EFFECTS), named)
    elif "." not in named.name:
        message = _(
            "There is no effect %(name)s; effects are named group.name, or one of: %(built_in)s.",
            name=named.name,
            built_in=", ".join(sorted(BUILT_IN_EFFECTS)),
        )
        notes.add("unknown_effect", unknown(message, named.name, BUILT_IN_EFFECTS), named)


def _read_action(node: Node, notes: Notes, known: Known) -> Action | None:
    fields = Fields(node, notes, allowed=ACTION_KEYS, what=_("An action"))
    action_id = fields.name("id") if isinstance(node, Mapping) else None
    from_states = tuple(
        named.name for named in fields.names("from", required=True) if check_state(named, notes, known.states)
    )
    to = _read_target(fields, notes, known)
    by = _read_by(fields, action_id or "")
    form = _read_form(fields, notes)
    if by == {SYSTEM}:
        _check_needs_nobody(fields, action_id or "")
    types = {**known.types, **_form_types(form)}
    require = (*_read_four_eyes(fields, notes, types), *_read_rules(fields, notes, types))
    _check_rule_ids(require, notes)
    effects = _read_effects(fields, notes, known)
    if action_id is None:
        return None
    return Action(
        id=action_id,
        label=fields.words("label") or Text.of(humanise(action_id)),
        from_states=from_states,
        to=to,
        by=by,
        sign=fields.words("sign"),
        confirm=fields.words("confirm"),
        primary=fields.flag("primary"),
        form=form,
        require=require,
        effects=effects,
        facts=frozenset(parts[0] for rule in require for _path, parts in rule.reads) - {"form"},
        types=types,
        place=place_of(node),
    )


def _read_target(fields: Fields, notes: Notes, known: Known) -> str | None:
    node = fields.node("to")
    named = read_name(node, "to", notes) if node is not None else None
    if named is None or not check_state(named, notes, known.states):
        return None
    return named.name


def _read_by(fields: Fields, action_id: str) -> frozenset[str]:
    by = read_roles(fields, "by")
    if not by and not fields.names("by"):
        message = _("Nobody may take the action %(id)s; name at least one role under by.", id=action_id)
        fields.notes.add("nobody_may_act", message, fields.at("by"))
    return by


def _check_needs_nobody(fields: Fields, action_id: str) -> None:
    """What is open to the system alone must not ask for a signature; the form may be filled in by the act of a policy."""
    if not fields.notes.strict or fields.node("sign") is None:
        return
    message = _(
        "Nobody may take the action %(id)s: it is open to system only, and only a person can sign.", id=action_id
    )
    fields.notes.add("nobody_may_act", message, fields.at("sign"))


def _read_effects(fields: Fields, notes: Notes, known: Known) -> tuple[Effect, ...]:
    node = fields.node("effects")
    if node is None:
        return ()
    nodes = node.items if isinstance(node, Sequence) else (node,)
    found = (read_effect(item, notes, known.effects) for item in nodes)
    return tuple(effect for effect in found if effect is not None)


def _read_rules(fields: Fields, notes: Notes, types: dict[str, Type]) -> tuple[Rule, ...]:
    rules = []
    for node in fields.entries("require"):
        rule_fields = Fields(node, notes, allowed=RULE_KEYS, what=_("A rule"))
        if not isinstance(node, Mapping):
            continue
        rule_id = rule_fields.name("id")
        expression = rule_fields.expression("when", types, expect=BOOL)
        otherwise = rule_fields.words("else", required=True, code="missing_else")
        mend = rule_fields.string("mend")
        if expression is not None:
            _check_may_hold(expression, rule_fields, notes)
        if rule_id is not None and expression is not None and otherwise is not None:
            rules.append(make_rule(rule_id, expression, otherwise, mend, place_of(node)))
    return tuple(rules)


def make_rule(rule_id: str, expression: Expression, otherwise: Text, mend: str | None, place: Place) -> Rule:
    reads = tuple((path, tuple(path.split("."))) for path in sorted(expression.reads))
    needs_form = any(parts[0] == "form" for _path, parts in reads)
    return Rule(rule_id, expression, otherwise, mend, reads, needs_form, place)


def _check_may_hold(expression: Expression, fields: Fields, notes: Notes) -> None:
    """A rule that is false for every record blocks its action for ever."""
    text = expression.text
    if notes.strict and (not fold(expression).may_hold or exclude_each_other([text], [text])):
        message = _("This rule can never hold, so nobody could ever take the action.")
        notes.add("rule_never_holds", message, fields.at("when"))


def _check_rule_ids(rules: tuple[Rule, ...], notes: Notes) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in RESERVED_RULE_IDS:
            message = _("The engine itself uses the name %(id)s; choose another for this rule.", id=rule.id)
            notes.add("reserved_name", message, rule.place)
        elif rule.id in seen:
            message = _(
                "The rule %(id)s is given twice in this action; the first one stands in line %(line)s.",
                id=rule.id,
                line=seen[rule.id].place.line,
            )
            notes.add("duplicate_rule", message, rule.place)
        else:
            seen[rule.id] = rule


def _read_four_eyes(fields: Fields, notes: Notes, types: dict[str, Type]) -> tuple[Rule, ...]:
    """``four_eyes: submission.submitted_by``: whoever stands in that fact may not take the action."""
    rules: list[Rule] = []
    for named in fields.names("four_eyes", pattern=DOTTED):
        text = f"actor.id != {named.name}"
        node = Scalar(named.line, named.column, text, text, False, named.column)
        with_actor = {**parse_types({"actor": ENGINE_FACTS["actor"]}), **types}
        expression = read_expression(node, "four_eyes", notes, with_actor, expect=BOOL)
        if expression is not None:
            rule_id = "four_eyes" if not rules else f"four_eyes_{len(rules) + 1}"
            rules.append(make_rule(rule_id, expression, FOUR_EYES, None, place_of(named)))
    return tuple(rules)


def _form_types(form: tuple[FormField, ...]) -> dict[str, Type]:
    if not form:
        return {}
    types: dict[str, object] = {}
    for field in form:
        always = field.required or field.type == "bool"
        types[field.id] = FIELD_TYPES[field.type] + ("" if always else "?")
    return parse_types({"form": types})


def _read_form(fields: Fields, notes: Notes) -> tuple[FormField, ...]:
    found = (_read_form_field(named, node, notes) for named, node in fields.pairs("form", pattern=VARIABLE))
    return tuple(field for field in found if field is not None)


def _read_form_field(named: Named, node: Node, notes: Notes) -> FormField | None:
    try:
        parse_types({named.name: "string"})
    except ExpressionError as error:
        notes.add("bad_name", Text.of(str(error)), named)
        return None
    if isinstance(node, Scalar) and not is_empty(node):
        # ``comment: text`` is short for ``comment: {type: text}``.
        at = Place(node.line, node.column)
        node = Mapping(node.line, node.column, {"type": node}, {"type": at})  # type: ignore[dict-item]
    fields = Fields(node, notes, allowed=FIELD_KEYS, what=_("The form field %(id)s", id=named.name), at=named)
    kind = fields.one_of("type", FIELD_TYPES, required=True)
    label = fields.words("label") or Text.of(humanise(named.name))
    choices = _read_choices(fields, kind, notes)
    if kind is None:
        return None
    least, most = _bound(fields, "min", kind), _bound(fields, "max", kind)
    if least is not None and most is not None and least > most:  # type: ignore[operator]
        notes.add("out_of_range", _("min is larger than max."), fields.at("min"))
    max_length = fields.whole("max_length", least=1)
    if max_length is not None and kind not in ("text", "longtext"):
        notes.add("bad_field", _("max_length belongs to the types text and longtext."), fields.at("max_length"))
    archives = fields.flag("archives")
    if archives and kind != "file":
        notes.add("bad_field", _("archives belongs to the type file."), fields.at("archives"))
    return FormField(
        id=named.name,
        type=kind,
        label=label,
        required=fields.flag("required"),
        choices=choices,
        help=fields.words("help"),
        min=least,
        max=most,
        max_length=max_length,
        place=place_of(named),
        archives=archives,
    )


def _read_choices(fields: Fields, kind: str | None, notes: Notes) -> tuple[tuple[str, Text], ...]:
    node = fields.node("choices")
    if kind == "choice" and node is None:
        notes.add("missing_key", _("A field of type choice needs choices."), fields.place)
    if node is None:
        return ()
    if kind is not None and kind != "choice":
        notes.add("bad_field", _("choices belong to the type choice."), node)
        return ()
    if isinstance(node, Mapping):
        texts = ((value, read_words(text, value, notes)) for value, text in node.items.items())
        return tuple((value, text or Text.of(humanise(value))) for value, text in texts)
    return tuple((named.name, Text.of(humanise(named.name))) for named in fields.names("choices", pattern=NAME))


def _bound(fields: Fields, key: str, kind: str) -> int | float | str | None:
    node = fields.node(key)
    if node is None:
        return None
    value = node.value if isinstance(node, Scalar) else None
    if kind in ("int", "number") and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if kind == "date" and isinstance(value, str):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    if kind in ("int", "number", "date"):
        wanted = _("a date such as 2026-01-31") if kind == "date" else _("a number")
        fields.notes.add("wrong_type", _("%(key)s must be %(wanted)s.", key=key, wanted=wanted), node)
    else:
        fields.notes.add("bad_field", _("min and max belong to numbers and dates."), node)
    return None
