"""A layered layout: states in ranks along the reading direction, every edge with a place of its own for its label.

States stand on even ranks, labels on the odd ones between them, and an edge that passes a rank keeps a lane there. As
an edge bends only between ranks, where nothing stands, it runs neither through a state nor through another's label.
All numbers are pixels on two axes: *along* the reading direction and *across* it; who draws turns them into x and y.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from supplier_quality.engine.diagram.order import order_ranks
from supplier_quality.engine.diagram.places import Lane, Pull, place_across, straighten
from supplier_quality.engine.diagram.ranks import backward_edges, rank_nodes

_LANE = 8.0
_STATE_GAP, _LABEL_GAP, _LANE_GAP = 26.0, 12.0, 14.0
_PORT_STEP = 15.0
_SHORTEST_GAP, _LONGEST_GAP, _GAP_PER_RISE = 20.0, 52.0, 0.16
_ARROW_ROOM = 8.0
_SPINE = 12.0


@dataclass(frozen=True, slots=True)
class Size:
    along: float
    across: float


@dataclass(frozen=True, slots=True)
class Link:
    """An edge to lay out: indices of its states, the size of its label, whether it is the usual way on."""

    source: int
    target: int
    label: Size
    usual: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A placed rectangle by its centre and size."""

    along: float
    across: float
    size: Size

    @property
    def starts(self) -> float:
        return self.along - self.size.along / 2

    @property
    def ends(self) -> float:
        return self.along + self.size.along / 2


@dataclass(frozen=True, slots=True)
class Route:
    """A placed edge: points (along, across) from source to target. It runs straight along from every point with an even
    index to the next and bends between the pairs."""

    points: tuple[tuple[float, float], ...]
    label: Box


@dataclass(frozen=True, slots=True)
class Layout:
    states: tuple[Box, ...]
    routes: tuple[Route, ...]
    size: Size


@dataclass(slots=True)
class _Grid:
    """States, labels and lanes as nodes of ranks, while they are being placed."""

    sizes: list[Size] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    ranks: list[list[int]] = field(default_factory=list)
    before: dict[int, list[int]] = field(default_factory=dict)
    after: dict[int, list[int]] = field(default_factory=dict)
    chains: list[list[int]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)

    def add(self, size: Size, gap: float, rank: int) -> int:
        node = len(self.sizes)
        self.sizes.append(size)
        self.gaps.append(gap)
        self.before[node], self.after[node] = [], []
        while len(self.ranks) <= rank:
            self.ranks.append([])
        self.ranks[rank].append(node)
        return node


def lay_out(states: Sequence[Size], links: Sequence[Link], *, first: int) -> Layout:
    """Place states and edges. ``first`` is the index of the initial state. Links join two different states each."""
    return _lay_out(tuple(states), tuple(links), first)


@lru_cache(maxsize=64)
def _lay_out(states: tuple[Size, ...], links: tuple[Link, ...], first: int) -> Layout:
    """Kept: the pages of all records of a process show the same picture, and placing costs more than all the rest."""
    ends = [(link.source, link.target) for link in links]
    back = backward_edges(len(states), ends, first)
    forward = [(target, source) if number in back else (source, target) for number, (source, target) in enumerate(ends)]
    ranks = rank_nodes(len(states), forward)
    spine = _spine(links, forward, ranks, back)
    grid = _grid(states, links, forward, ranks)
    grid.ranks = order_ranks(grid.ranks, grid.before, grid.after)
    ports = _ports(
        grid, len(states), {grid.chains[number][1] for number in spine}, {grid.chains[number][-2] for number in spine}
    )
    _make_room(grid, ports)
    extents = [size.across for size in grid.sizes]
    pulls = _pulls(grid, spine, ports, len(states))
    centres = place_across(grid.ranks, extents, grid.gaps, pulls, _stories(grid, spine))
    lanes = [
        Lane(
            chain[1:-1], centres[chain[0]] + ports[chain[0], chain[1]], centres[chain[-1]] + ports[chain[-1], chain[-2]]
        )
        for number, chain in enumerate(grid.chains)
        if number not in spine
    ]
    straighten(lanes, grid.ranks, extents, grid.gaps, centres)
    return _measure(grid, centres, ports, back, len(states))


def _spine(
    links: Sequence[Link], forward: Sequence[tuple[int, int]], ranks: Sequence[int], back: frozenset[int]
) -> frozenset[int]:
    """The edges that tell the main story and shall run straight: from every state its usual way on, else its first."""
    chosen: dict[int, int] = {}
    reached: set[int] = set()
    for usual in (True, False):
        for number, (source, target) in enumerate(forward):
            fits = ranks[target] == ranks[source] + 1 and number not in back and links[number].usual == usual
            if fits and source not in chosen and target not in reached:
                chosen[source] = number
                reached.add(target)
    return frozenset(chosen.values())


def _stories(grid: _Grid, spine: frozenset[int]) -> list[Lane]:
    """The edges of the spine joined where one goes on from the other, states and labels in one line."""
    onward = {grid.chains[number][0]: grid.chains[number] for number in sorted(spine)}
    reached = {chain[-1] for chain in onward.values()}
    stories = []
    for start in onward:
        if start in reached:
            continue
        nodes = [start]
        while nodes[-1] in onward:
            nodes += onward[nodes[-1]][1:]
        stories.append(Lane(nodes))
    return stories


def _make_room(grid: _Grid, ports: Mapping[tuple[int, int], float]) -> None:
    """Let states grow until every edge has its own place at their side."""
    for (state, _node), port in ports.items():
        size = grid.sizes[state]
        grid.sizes[state] = Size(size.along, max(size.across, 2 * abs(port) + _PORT_STEP * 0.9))


def _grid(
    states: Sequence[Size], links: Sequence[Link], forward: Sequence[tuple[int, int]], ranks: Sequence[int]
) -> _Grid:
    grid = _Grid()
    for size, rank in zip(states, ranks, strict=True):
        grid.add(size, _STATE_GAP, rank * 2)
    for link, (source, target) in zip(links, forward, strict=True):
        low, high = ranks[source] * 2, ranks[target] * 2
        # The label of a long edge stands midway, where it is nearest to both of its states.
        middle = (low + high) // 2
        middle -= 1 - middle % 2
        chain = [source]
        for rank in range(low + 1, high):
            is_label = rank == middle
            size = link.label if is_label else Size(0.0, _LANE)
            chain.append(grid.add(size, _LABEL_GAP if is_label else _LANE_GAP, rank))
            if is_label:
                grid.labels.append(chain[-1])
        chain.append(target)
        for one, other in pairwise(chain):
            grid.after[one].append(other)
            grid.before[other].append(one)
        grid.chains.append(chain)
    return grid


def _ports(grid: _Grid, states: int, *spines: set[int]) -> dict[tuple[int, int], float]:
    """How far from a state's middle each edge meets its side, by (state, next node of the edge).

    An edge of the spine meets the middle, for the main story to run straight through the states.
    """
    leaving, coming = spines
    place = {node: number for rank in grid.ranks for number, node in enumerate(rank)}
    ports: dict[tuple[int, int], float] = {}
    for state in range(states):
        for neighbours, spine in ((grid.before[state], coming), (grid.after[state], leaving)):
            ordered = sorted(neighbours, key=lambda node: place[node])
            middle = next((number for number, node in enumerate(ordered) if node in spine), (len(ordered) - 1) / 2)
            for number, node in enumerate(ordered):
                ports[state, node] = (number - middle) * _PORT_STEP
    return ports


def _pulls(
    grid: _Grid, spine: frozenset[int], ports: Mapping[tuple[int, int], float], states: int
) -> dict[int, list[Pull]]:
    pulls: dict[int, list[Pull]] = {node: [] for node in range(len(grid.sizes))}
    for number, chain in enumerate(grid.chains):
        for one, other in pairwise(chain):
            # Long edges are kept straight inside first of all: a bend far from both ends is hard to follow.
            weight = _SPINE if number in spine else 1.0 if one < states or other < states else 6.0
            shift = ports.get((one, other), 0.0) - ports.get((other, one), 0.0)
            pulls[other].append(Pull(one, shift, weight))
            pulls[one].append(Pull(other, -shift, weight))
    return pulls


def _measure(
    grid: _Grid, centres: list[float], ports: Mapping[tuple[int, int], float], back: frozenset[int], states: int
) -> Layout:
    top = min(centre - size.across / 2 for centre, size in zip(centres, grid.sizes, strict=True))
    centres = [centre - top for centre in centres]
    bands = _bands(grid, centres, ports)
    rank_of = {node: number for number, rank in enumerate(grid.ranks) for node in rank}

    def box(node: int) -> Box:
        starts, ends = bands[rank_of[node]]
        return Box((starts + ends) / 2, centres[node], grid.sizes[node])

    boxes = tuple(box(state) for state in range(states))
    routes = []
    for number, chain in enumerate(grid.chains):
        start, end = boxes[chain[0]], boxes[chain[-1]]
        leaves = start.across + ports[chain[0], chain[1]]
        arrives = end.across + ports[chain[-1], chain[-2]]
        points = [(start.ends, leaves), (bands[rank_of[chain[0]]][1], leaves)]
        for node in chain[1:-1]:
            points += [(place, centres[node]) for place in bands[rank_of[node]]]
        points += [(bands[rank_of[chain[-1]]][0], arrives), (end.starts, arrives)]
        _stop_short(points, at_start=number in back)
        if number in back:
            points.reverse()
        routes.append(Route(tuple(points), box(grid.labels[number])))
    across = max(centre + size.across / 2 for centre, size in zip(centres, grid.sizes, strict=True))
    return Layout(boxes, tuple(routes), Size(bands[-1][1], across))


def _stop_short(points: list[tuple[float, float]], *, at_start: bool) -> None:
    """End the last bend before the arrow head, which lies straight before its state."""
    if at_start:
        points[1] = (points[1][0] + _ARROW_ROOM, points[1][1])
    else:
        points[-2] = (points[-2][0] - _ARROW_ROOM, points[-2][1])


def _bands(grid: _Grid, centres: Sequence[float], ports: Mapping[tuple[int, int], float]) -> list[tuple[float, float]]:
    """Where each rank starts and ends along; the steeper the edges between two ranks, the wider the gap."""
    bands: list[tuple[float, float]] = []
    starts = 0.0
    for rank in grid.ranks:
        ends = starts + max((grid.sizes[node].along for node in rank), default=0.0)
        bands.append((starts, ends))
        rise = max(
            (
                abs(centres[node] + ports.get((node, other), 0.0) - centres[other] - ports.get((other, node), 0.0))
                for node in rank
                for other in grid.after[node]
            ),
            default=0.0,
        )
        starts = ends + min(_LONGEST_GAP, max(_SHORTEST_GAP, rise * _GAP_PER_RISE))
    return bands
