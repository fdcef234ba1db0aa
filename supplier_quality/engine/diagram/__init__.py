"""Processes as pictures: SVG for pages and documents, Mermaid for other people's tools.

Equal processes give equal texts, byte for byte, so that a drawing can be kept in a repository and compared.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from supplier_quality.engine.diagram import drawing
from supplier_quality.engine.diagram.layout import Link, Size, lay_out
from supplier_quality.engine.diagram.mermaid import mermaid
from supplier_quality.engine.diagram.model import Edge, StateBox, Step, edges, state_boxes
from supplier_quality.language import _

if TYPE_CHECKING:
    from supplier_quality.engine.definitions.model import Process

Direction = Literal["right", "down"]

__all__ = ["Direction", "Step", "mermaid", "svg"]


def svg(
    process: "Process",
    *,
    language: str,
    current: str | None = None,
    path: Sequence[Step] = (),
    direction: Direction = "right",
    roles: bool = False,
) -> str:
    """Draw a process.

    ``current`` is the state a record is in, ``path`` the (from, action, to) it came by, ``roles`` adds who may act to
    every action. ``direction`` is how the story reads: ``right`` on a wide screen, ``down`` on a narrow one.
    """
    boxes = state_boxes(process, language=language, path=path)
    drawn = edges(process, language=language, path=path, roles=roles)
    down = direction == "down"
    layout = lay_out(
        [_size(box.width, box.height, down) for box in boxes],
        [Link(edge.source, edge.target, _size(edge.width, edge.height, down), usual=edge.primary) for edge in drawn],
        first=list(process.states).index(process.initial),
    )
    paper = drawing.Paper(layout, down=down)
    title = process.title.render(language)
    said = drawing.opening(paper, title=title, description=_description(boxes, drawn, language, current))
    said += [
        drawing.draw_ring(paper.rect(place))
        for box, place in zip(boxes, layout.states, strict=True)
        if box.state.id == current
    ]
    # Visited edges are drawn last, so that the path taken lies above what might have been.
    for edge, route in sorted(zip(drawn, layout.routes, strict=True), key=lambda pair: pair[0].visited):
        said += drawing.draw_edge(edge, route, paper, faint=bool(path))
    for edge, route in zip(drawn, layout.routes, strict=True):
        said += drawing.draw_label(edge, route.label, paper)
    for box, place in zip(boxes, layout.states, strict=True):
        rect = paper.rect(place)
        if box.state.id == process.initial:
            said += drawing.draw_start(rect, down=down)
        said += drawing.draw_state(box, rect, current=box.state.id == current, now=_("now").render(language))
    return "\n".join([*said, "</svg>", ""])


def _size(width: float, height: float, down: bool) -> Size:
    return Size(along=height, across=width) if down else Size(along=width, across=height)


def _description(boxes: Sequence[StateBox], drawn: Sequence[Edge], language: str, current: str | None) -> str:
    """The picture in words, for those who do not see it: every edge, and where the record is."""
    here = [box.state.label for box in boxes if box.state.id == current]
    said = [_("The record is in %(state)s.", state=label).render(language) for label in here]
    for edge in drawn:
        source, target = boxes[edge.source].state.label, boxes[edge.target].state.label
        label = " ".join(line.text for line in edge.lines if not line.is_role)
        said.append(
            _("From %(source)s to %(target)s: %(actions)s.", source=source, target=target, actions=label).render(
                language
            )
        )
    return " ".join(said)
