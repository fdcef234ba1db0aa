"""Reading a file of kind ``workflow`` into a :class:`Process`."""

from collections.abc import Iterable

from supplier_quality.engine.definitions import process_checks
from supplier_quality.engine.definitions.actions import (
    Known,
    check_state,
    place_of,
    read_actions,
    read_effect,
    read_roles,
)
from supplier_quality.engine.definitions.fields import DOTTED, Fields, Named, read_name, read_types, unknown
from supplier_quality.engine.definitions.findings import Notes
from supplier_quality.engine.definitions.given import check_given
from supplier_quality.engine.definitions.kinds import Header, RuleKind, humanise
from supplier_quality.engine.definitions.model import (
    SYSTEM,
    TONES,
    Action,
    ChildRule,
    Migration,
    Process,
    ProcessTest,
    State,
    TimerRule,
)
from supplier_quality.engine.definitions.nodes import Mapping, Node, Scalar
from supplier_quality.engine.definitions.places import field_below, is_place
from supplier_quality.engine.definitions.schemas import workflow_schema
from supplier_quality.engine.expressions import ExpressionError, Type, compile_expression
from supplier_quality.language import Text, _

STATE_KEYS = ("label", "final", "tone", "who", "children")
CHILD_KEYS = ("workflow", "done", "when_all")
TIMER_KEYS = (
    "id", "in", "after", "at", "before", "calendar", "of", "effect", "fire", "to", "repeat", "max",
)  # fmt: skip
MIGRATION_KEYS = ("from_version", "map", "timers")
TEST_KEYS = ("name", "state", "as", "facts", "form", "fire", "expect")
EXPECT_KEYS = ("allowed", "to", "refused", "effects")


def read_process(fields: Fields, header: Header, notes: Notes) -> Process | None:
    """The process of a file; None when a fault leaves nothing to build on."""
    before = len(notes)
    types = read_types(fields.node("facts"), notes)
    if len(notes) > before:
        # A timer is not blamed for the type of its fact as well.
        notes.leave_out("not_a_date_fact", "not_a_place_fact")
    states = _read_states(fields, notes)
    known = Known(frozenset(states), types, header.known_effects)
    initial = _read_initial(fields, notes, known)
    actions = read_actions(fields, notes, known)
    _check_joins(states, actions, notes)
    timers = _read_timers(fields, notes, known, actions)
    process = Process(
        name=header.name,
        version=header.version,
        title=header.title,
        facts=types,
        initial=initial or "",
        states=states,
        actions=actions,
        timers=timers,
        migrations=_read_migrations(fields, notes, known, header.version),
        tests=_read_tests(fields, notes, known, actions),
        actions_from={
            state: tuple(action for action in actions.values() if state in action.from_states) for state in states
        },
        timers_in={state: tuple(timer for timer in timers if state in timer.in_states) for state in states},
        hash=header.hash,
        source=header.source,
    )
    if header.check_whole:
        process_checks.check_process(process, notes)
    return process


def _read_states(fields: Fields, notes: Notes) -> dict[str, State]:
    states: dict[str, State] = {}
    for named, node in fields.pairs("states", required=True):
        what = _("The state %(id)s", id=named.name)
        own = Fields(node, notes, allowed=STATE_KEYS, what=what, at=named)
        final = own.node("final")
        if final is not None and not (isinstance(final, Scalar) and isinstance(final.value, bool)):
            # Whatever it should say: it was meant to say something about where the process ends.
            notes.leave_out("no_final_state", "dead_end")
        states[named.name] = State(
            id=named.name,
            label=own.words("label") or Text.of(humanise(named.name)),
            final=own.flag("final"),
            tone=own.one_of("tone", TONES, default="neutral") or "neutral",  # type: ignore[arg-type]
            who=own.words("who"),
            children=_read_children(own, notes),
            place=place_of(named),
        )
    states_node = fields.node("states")
    if isinstance(states_node, Mapping) and not states_node.items:
        notes.add("missing_value", _("A process needs at least one state."), states_node)
    return states


def _read_children(fields: Fields, notes: Notes) -> dict[str, ChildRule]:
    children: dict[str, ChildRule] = {}
    for named, node in fields.pairs("children"):
        what = _("The children %(id)s", id=named.name)
        own = Fields(node, notes, allowed=CHILD_KEYS, what=what, at=named)
        workflow = own.name("workflow")
        done = frozenset(state.name for state in own.names("done", required=True))
        when_all = own.name("when_all", required=False)
        place = place_of(own.at("when_all"))
        children[named.name] = ChildRule(named.name, workflow or "", done, when_all, place)
    return children


def _read_initial(fields: Fields, notes: Notes, known: Known) -> str | None:
    node = fields.node("initial")
    if node is None:
        message = _("A process needs the key initial: the state every record starts in.")
        notes.add("missing_initial", message, fields.at("initial"))
        return None
    name = fields.name("initial")
    if name is None or not check_state(Named(name, node.line, node.column), notes, known.states):
        return None
    return name


def _check_joins(states: dict[str, State], actions: dict[str, Action], notes: Notes) -> None:
    for state in states.values():
        for child in state.children.values():
            if child.when_all is not None:
                named = Named(child.when_all, child.place.line, child.place.column)
                _check_automatic(named, (state.id,), actions, notes)


def _check_automatic(named: Named, in_states: Iterable[str], actions: dict[str, Action], notes: Notes) -> None:
    """A timer or a join takes an action by itself: it must exist, be open to ``system``, and start in that state."""
    action = actions.get(named.name)
    if action is None:
        message = _("There is no action %(name)s.", name=named.name)
        notes.add("unknown_action", unknown(message, named.name, actions), named)
        return
    if SYSTEM not in action.by:
        message = _("The action %(name)s is fired automatically, so its by must include system.", name=named.name)
        notes.add("fire_without_system", message, named)
    for state in in_states:
        if state not in action.from_states:
            message = _("The action %(name)s does not start in the state %(state)s.", name=named.name, state=state)
            notes.add("fire_not_from_state", message, named)


def _read_timers(fields: Fields, notes: Notes, known: Known, actions: dict[str, Action]) -> tuple[TimerRule, ...]:
    timers: dict[str, TimerRule] = {}
    for node in fields.entries("timers"):
        timer = _read_timer(node, notes, known, actions)
        if timer is None:
            continue
        if timer.id in timers:
            message = _(
                "The timer %(id)s is given twice; the first one stands in line %(line)s.",
                id=timer.id,
                line=timers[timer.id].place.line,
            )
            notes.add("duplicate_timer", message, timer.place)
            continue
        timers[timer.id] = timer
    return tuple(timers.values())


def _read_timer(node: Node, notes: Notes, known: Known, actions: dict[str, Action]) -> TimerRule | None:
    own = Fields(node, notes, allowed=TIMER_KEYS, what=_("A timer"))
    if not isinstance(node, Mapping):
        return None
    timer_id = own.name("id")
    in_states = tuple(named.name for named in own.names("in", required=True) if check_state(named, notes, known.states))
    after, at = own.duration("after"), _read_at(own, notes, known)
    _check_one_of(own, "after", "at")
    _check_one_of(own, "effect", "fire")
    before, repeat, most = own.durations("before"), own.duration("repeat"), own.whole("max", least=1)
    _check_belongs(own, "before", "at")
    _check_belongs(own, "max", "repeat")
    effect_node = own.node("effect")
    effect = read_effect(effect_node, notes, known.effects) if effect_node is not None else None
    fire = own.name("fire", required=False)
    if fire is not None:
        _check_automatic(Named(fire, own.at("fire").line, own.at("fire").column), in_states, actions, notes)
    to = sorted(read_roles(own, "to"))
    if len(to) > 1:
        notes.add("wrong_type", _("A timer turns to one role."), own.at("to"))
    return (
        None
        if timer_id is None
        else TimerRule(
            id=timer_id,
            in_states=in_states,
            after=after,
            at=at,
            before=before,
            calendar=own.one_of("calendar", ("business", "continuous"), default="continuous") or "continuous",  # type: ignore[arg-type]
            of=_read_of(own, notes, known),
            effect=effect.name if effect else None,
            args=effect.args if effect else {},
            fire=fire,
            to=to[0] if to else None,
            repeat=repeat,
            max=most,
            place=place_of(node),
        )
    )


def _check_one_of(own: Fields, first: str, second: str) -> None:
    given = [key for key in (first, second) if own.node(key) is not None]
    if len(given) == 1:
        return
    if given:
        message = _("A timer takes either %(first)s or %(second)s, not both.", first=first, second=second)
        own.notes.add("bad_timer", message, own.at(second))
    else:
        message = _("A timer needs either %(first)s or %(second)s.", first=first, second=second)
        own.notes.add("bad_timer", message, own.place)


def _check_belongs(own: Fields, key: str, to: str) -> None:
    if own.node(key) is not None and own.node(to) is None:
        own.notes.add("bad_timer", _("%(key)s is only of use together with %(to)s.", key=key, to=to), own.at(key))


def _read_at(own: Fields, notes: Notes, known: Known) -> str | None:
    path = own.name("at", required=False, pattern=DOTTED)
    if path is None:
        return None
    place = own.at("at")
    try:
        found: Type | None = compile_expression(path, known.types).type
    except ExpressionError as error:
        sentence = error.message if not isinstance(error.message, str) else Text.of(error.message)
        notes.add("not_a_date_fact", sentence, place)
        return None
    if found is not None and found.kind == "optional":
        found = found.args[0]
    if found is None or found.kind not in ("date", "timestamp"):
        message = _("at needs a fact that is a date or a timestamp; %(path)s is %(type)s.", path=path, type=str(found))
        notes.add("not_a_date_fact", message, place)
        return None
    return path


def _read_of(own: Fields, notes: Notes, known: Known) -> str | None:
    """The place whose calendar counts; a name nobody knows would silently be our plant.

    No rule reads it, so of a declared record also a field may be named that is not declared; whether it is there is told
    when the file is loaded.
    """
    path = own.name("of", required=False, pattern=DOTTED)
    if path is None or not notes.strict:
        return path
    first, *fields = path.split(".")
    found = known.types.get(first)
    if found is None:
        message = _("There is no fact %(name)s.", name=first)
        notes.add("not_a_place_fact", unknown(message, first, known.types), own.at("of"))
        return path
    place = field_below(found, fields)
    if place is not None and not is_place(place):
        message = _(
            "of needs a fact that is a place: {country: string, zone: string}; %(path)s is %(type)s.",
            path=path,
            type=str(place),
        )
        notes.add("not_a_place_fact", message, own.at("of"))
    return path


def _read_migrations(fields: Fields, notes: Notes, known: Known, version: int) -> tuple[Migration, ...]:
    migrations: dict[int, Migration] = {}
    for node in fields.entries("migrate"):
        own = Fields(node, notes, allowed=MIGRATION_KEYS, what=_("A migration"))
        if not isinstance(node, Mapping):
            continue
        from_version = own.whole("from_version", required=True, least=1)
        states = {}
        for named, target in own.pairs("map"):
            read = _read_state_name(target, notes, known)
            if read is not None:
                states[named.name] = read
        timers = own.one_of("timers", ("keep_started_at", "restart", "drop"), default="keep_started_at")
        if from_version is None:
            continue
        place = place_of(own.at("from_version"))
        if version and from_version >= version:
            message = _("from_version must be older than this version %(version)s.", version=version)
            notes.add("bad_migration", message, place)
        elif from_version in migrations:
            message = _("The migration from version %(version)s is given twice.", version=from_version)
            notes.add("bad_migration", message, place)
        migrations[from_version] = Migration(from_version, states, timers or "keep_started_at", place)  # type: ignore[arg-type]
    return tuple(migrations.values())


def _read_state_name(node: Node, notes: Notes, known: Known) -> str | None:
    named = read_name(node, "map", notes)
    return named.name if named is not None and check_state(named, notes, known.states) else None


def _read_tests(fields: Fields, notes: Notes, known: Known, actions: dict[str, Action]) -> tuple[ProcessTest, ...]:
    tests = []
    for node in fields.entries("tests"):
        own = Fields(node, notes, allowed=TEST_KEYS, what=_("A test"))
        if not isinstance(node, Mapping):
            continue
        fire = own.name("fire")
        if fire is not None and fire not in actions:
            message = _("There is no action %(name)s.", name=fire)
            notes.add("unknown_action", unknown(message, fire, actions), own.at("fire"))
        state = _read_state_name(state_node, notes, known) if (state_node := own.node("state", required=True)) else None
        roles = read_roles(own, "as")
        if own.node("as", required=True) is None:
            continue
        check_given(own.node("facts"), known.types, notes)
        expect = _read_expect(own, notes, known)
        if fire is None or state is None or expect is None:
            continue
        form = own.plain_mapping("form") if own.node("form") is not None else None
        tests.append(
            ProcessTest(
                name=own.string("name") or _default_test_name(fire, state),
                state=state,
                roles=roles,
                facts=own.plain_mapping("facts"),
                form=form,
                fire=fire,
                place=place_of(node),
                **expect,  # type: ignore[arg-type]
            )
        )
    return tuple(tests)


def _default_test_name(fire: str, state: str) -> str:
    return f"{fire} from {state}"


def _read_expect(own: Fields, notes: Notes, known: Known) -> dict[str, object] | None:
    node = own.node("expect", required=True)
    if node is None:
        return None
    expect = Fields(node, notes, allowed=EXPECT_KEYS, what=_("expect"))
    if not isinstance(node, Mapping):
        return None
    to_node = expect.node("to")
    refused_node = expect.node("refused")
    effects_node = expect.node("effects")
    result: dict[str, object] = {
        "allowed": expect.flag("allowed") if expect.node("allowed") is not None else None,
        "to": _read_state_name(to_node, notes, known) if to_node is not None else None,
        "refused": _names_or_none(expect, "refused") if refused_node is not None else None,
        "effects": _names_or_none(expect, "effects") if effects_node is not None else None,
    }
    if all(value is None for value in result.values()):
        message = _("A test must expect something: %(keys)s.", keys=", ".join(EXPECT_KEYS))
        notes.add("missing_value", message, node)
        return None
    return result


def _names_or_none(fields: Fields, key: str) -> tuple[str, ...]:
    return tuple(named.name for named in fields.names(key, pattern=DOTTED))


def run_process_tests(process: Process, notes: Notes) -> None:
    from supplier_quality.engine.definitions.process_tests import run_tests

    run_tests(process, notes)


KIND = RuleKind(
    name="workflow",
    keys=("facts", "initial", "states", "actions", "timers", "migrate"),
    read=read_process,
    run_tests=run_process_tests,
    schema=workflow_schema,
)
