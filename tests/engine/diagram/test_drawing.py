"""SVG and Mermaid of a process, read back by a parser of XML."""

from xml.etree import ElementTree

import pytest

from supplier_quality.engine import diagram
from supplier_quality.engine.definitions.model import Process
from tests.engine.diagram.examples import sample_release

SVG = "{http://www.w3.org/2000/svg}"
PATH = (("draft", "submit", "review"), ("review", "comment", "review"), ("review", "hold", "held"))


@pytest.fixture(scope="module")
def process() -> Process:
    return sample_release()


def drawn(process: Process, **options: object) -> ElementTree.Element:
    return ElementTree.fromstring(diagram.svg(process, **({"language": "en"} | options)))  # type: ignore[arg-type]


def classed(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_picture_needs_neither_style_nor_script(process: Process, direction: str, language: str) -> None:
    root = drawn(process, direction=direction, language=language, current="held", path=PATH, roles=True)

    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg", "title", "desc", "g", "rect", "path", "polygon", "circle", "text",
        }  # fmt: skip
        assert not [name for name in element.attrib if name in ("style", "href") or name.startswith("on")]


def test_equal_processes_give_equal_bytes(process: Process) -> None:
    options = {"language": "zh", "current": "held", "path": PATH, "direction": "down", "roles": True}

    assert diagram.svg(process, **options) == diagram.svg(sample_release(), **options)  # type: ignore[arg-type]


def test_a_picture_says_in_words_what_it_shows(process: Process) -> None:
    root = drawn(process, current="held")

    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == "Sample <release> & approval"
    description = root.findtext(f"{SVG}desc") or ""
    assert description.startswith("The record is in On hold.")
    assert "From Customer review to On hold: Hold." in description


def test_every_state_and_action_is_named_in_the_language(process: Process) -> None:
    root = drawn(process, language="zh")

    assert {"草稿", "顾客评审", "冻结", "已关闭", "提交", "退回", "评论", "批准", "拒收", "放行"} <= set(texts(root))


def test_only_the_current_state_is_marked(process: Process) -> None:
    root = drawn(process, current="held")

    assert [group.get("data-state") for group in classed(root, "is-current")] == ["held"]
    assert len(classed(root, "diagram-now-ring")) == 1
    assert "now" in texts(root)
    assert classed(drawn(process), "diagram-now-ring") == []


def test_the_path_taken_is_marked_and_nothing_else(process: Process) -> None:
    root = drawn(process, path=PATH)

    assert len([edge for edge in classed(root, "diagram-edge") if "is-visited" in edge.get("class", "")]) == 2
    visited = {element.text for element in classed(root, "is-visited") if element.tag == f"{SVG}text"}
    assert visited == {"Submit", "Comment", "Hold"}


def test_of_two_actions_between_the_same_states_only_the_taken_one_is_marked(process: Process) -> None:
    root = drawn(process, path=[("review", "reject", "end")])

    visited = {element.text for element in classed(root, "is-visited") if element.tag == f"{SVG}text"}
    assert visited == {"Reject"}


def test_the_path_taken_does_not_move_the_picture(process: Process) -> None:
    def places(root: ElementTree.Element) -> list[tuple[str | None, ...]]:
        return [(box.get("x"), box.get("y"), box.get("width")) for box in classed(root, "diagram-box")]

    assert places(drawn(process)) == places(drawn(process, path=PATH, current="held"))


def test_first_and_final_states_are_marked(process: Process) -> None:
    root = drawn(process)

    assert len(classed(root, "diagram-start")) == 1
    assert [group.get("data-state") for group in classed(root, "is-final")] == ["end"]
    assert len(classed(root, "diagram-box-inner")) == 1


def test_tones_are_classes_for_the_theme(process: Process) -> None:
    root = drawn(process)

    assert [group.get("data-state") for group in classed(root, "tone-held")] == ["held"]
    assert [group.get("data-state") for group in classed(root, "tone-good")] == ["end"]


def test_timers_stand_in_their_state(process: Process) -> None:
    states = {group.get("data-state"): texts(group) for group in classed(drawn(process), "diagram-state")}

    assert "5 working days" in states["review"]
    assert "until" in states["review"]
    assert "30 days, 1 day" in " ".join(states["held"])
    assert states["draft"] == ["Draft"]


def test_who_may_act_is_written_on_request(process: Process) -> None:
    assert not classed(drawn(process), "diagram-role")

    assert "supplier" in {element.text for element in classed(drawn(process, roles=True), "diagram-role")}


def test_down_is_narrower_and_right_is_flatter(process: Process) -> None:
    right, down = drawn(process), drawn(process, direction="down")

    assert float(right.get("width", "")) > float(right.get("height", ""))
    assert float(down.get("width", "")) < float(right.get("width", ""))
    assert float(down.get("height", "")) > float(right.get("height", ""))


def test_mermaid_writes_every_edge_and_escapes_its_syntax(process: Process) -> None:
    said = diagram.mermaid(process, language="en").splitlines()

    assert said[0] == "stateDiagram-v2"
    assert "    [*] --> draft" in said
    assert "    draft --> review : Submit" in said
    assert "    review --> review : Comment" in said
    # "end" is a word of Mermaid; quotes, colons and semicolons end a label.
    assert '    state "Done#58; #34;closed#34;" as state_number_4' in said
    assert "    held --> state_number_4 : Approve#59; release" in said
    assert "    state_number_4 --> [*]" in said


def test_mermaid_speaks_chinese(process: Process) -> None:
    said = diagram.mermaid(process, language="zh")

    assert 'state "顾客评审" as review' in said
    assert "draft --> review : 提交" in said
