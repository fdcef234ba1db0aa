"""Where exactly everything stands across the ranks: as straight edges as the room between neighbours allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 60
_HOLD = 1e9


@dataclass(frozen=True, slots=True)
class Pull:
    """An edge between neighbouring ranks draws ``node`` to where it would run straight."""

    other: int
    shift: float
    weight: float


@dataclass(frozen=True, slots=True)
class Lane:
    """Nodes that shall stand in one line, and where it would best leave its first and meet its last state."""

    nodes: Sequence[int]
    leaves: float | None = None
    arrives: float | None = None


def place_across(
    ranks: Sequence[Sequence[int]],
    extents: Sequence[float],
    gaps: Sequence[float],
    pulls: Mapping[int, Sequence[Pull]],
    spine: Sequence[Lane],
) -> list[float]:
    """Centres of all nodes, in pixels, so that no two of a rank are closer than their extents and half gaps."""
    centres = [0.0] * len(extents)
    for rank in ranks:
        _spread(rank, extents, gaps, centres, wanted=[0.0] * len(rank), weights=[1.0] * len(rank))
    _settle(ranks, extents, gaps, centres, pulls=pulls)
    straighten(spine, ranks, extents, gaps, centres)
    held = frozenset(node for lane in spine for node in lane.nodes)
    _settle(ranks, extents, gaps, centres, pulls=pulls, held=held)
    return centres


def _settle(
    ranks: Sequence[Sequence[int]],
    extents: Sequence[float],
    gaps: Sequence[float],
    centres: list[float],
    *,
    pulls: Mapping[int, Sequence[Pull]],
    held: frozenset[int] = frozenset(),
) -> None:
    """Let every node give way to its pulls, rank by rank and both ways; those held stay unless pushed out."""
    for sweep in range(_SWEEPS):
        for rank in ranks if sweep % 2 == 0 else reversed(ranks):
            wanted, weights = [], []
            for node in rank:
                total = sum(pull.weight for pull in pulls[node])
                target = sum((centres[pull.other] + pull.shift) * pull.weight for pull in pulls[node])
                wanted.append(target / total if total and node not in held else centres[node])
                weights.append(_HOLD if node in held else total or 0.01)
            _spread(rank, extents, gaps, centres, wanted=wanted, weights=weights)


def straighten(
    lanes: Sequence[Lane],
    ranks: Sequence[Sequence[int]],
    extents: Sequence[float],
    gaps: Sequence[float],
    centres: list[float],
) -> None:
    """Take small bends out of the lanes: runs of nodes that have a place in common get it; nothing else moves."""
    beside: dict[int, tuple[int | None, int | None]] = {}
    for rank in ranks:
        for number, node in enumerate(rank):
            beside[node] = (rank[number - 1] if number else None, rank[number + 1] if number + 1 < len(rank) else None)

    def room(node: int) -> tuple[float, float]:
        left, right = beside[node]
        low, high = float("-inf"), float("inf")
        if left is not None:
            low = centres[left] + (extents[left] + extents[node] + gaps[left] + gaps[node]) / 2
        if right is not None:
            high = centres[right] - (extents[right] + extents[node] + gaps[right] + gaps[node]) / 2
        return low, max(low, high)

    for _round in range(3):
        for lane in lanes:
            runs = _runs(lane.nodes, [room(node) for node in lane.nodes])
            for number, (nodes, low, high) in enumerate(runs):
                wish = sum(centres[node] for node in nodes) / len(nodes)
                if number == 0 and lane.leaves is not None and low <= lane.leaves <= high:
                    wish = lane.leaves
                elif number == len(runs) - 1 and lane.arrives is not None and low <= lane.arrives <= high:
                    wish = lane.arrives
                for node in nodes:
                    centres[node] = min(max(wish, low), high)


def _runs(nodes: Sequence[int], rooms: Sequence[tuple[float, float]]) -> list[tuple[list[int], float, float]]:
    """Neighbouring nodes grouped as long as they have room in common, with that room."""
    runs: list[tuple[list[int], float, float]] = []
    for node, (low, high) in zip(nodes, rooms, strict=True):
        if runs and max(runs[-1][1], low) <= min(runs[-1][2], high):
            mine, lowest, highest = runs[-1]
            runs[-1] = ([*mine, node], max(lowest, low), min(highest, high))
        else:
            runs.append(([node], low, high))
    return runs


def _spread(
    rank: Sequence[int],
    extents: Sequence[float],
    gaps: Sequence[float],
    centres: list[float],
    *,
    wanted: Sequence[float],
    weights: Sequence[float],
) -> None:
    """Put a rank as near to the wanted places as its order and room allow: least squares by pooling neighbours."""
    offsets = [0.0]
    for one, other in pairwise(rank):
        room = (extents[one] + extents[other] + gaps[one] + gaps[other]) / 2
        offsets.append(offsets[-1] + room)
    blocks: list[tuple[float, float, int]] = []
    for place, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, size = place - offset, weight, 1
        while blocks and blocks[-1][0] >= mean:
            earlier, heavy, many = blocks.pop()
            mean = (mean * total + earlier * heavy) / (total + heavy)
            total, size = total + heavy, size + many
        blocks.append((mean, total, size))
    settled = [mean for mean, _total, size in blocks for _each in range(size)]
    for node, mean, offset in zip(rank, settled, offsets, strict=True):
        centres[node] = mean + offset
