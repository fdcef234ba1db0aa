"""Who stands beside whom within a rank, so that few edges cross: medians and neighbour swaps, swept both ways."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

Neighbours = Mapping[int, Sequence[int]]

_SWEEPS = 16


def order_ranks(ranks: Sequence[Sequence[int]], before: Neighbours, after: Neighbours) -> list[list[int]]:
    """The ranks with their nodes in the order of the fewest crossings found; edges join neighbouring ranks."""
    current = [list(rank) for rank in ranks]
    best, fewest = [list(rank) for rank in current], count_crossings(current, after)
    for sweep in range(_SWEEPS):
        if fewest == 0:
            break
        _sort_by_medians(current, before if sweep % 2 == 0 else after, forward=sweep % 2 == 0)
        _swap_neighbours(current, before, after)
        crossings = count_crossings(current, after)
        if crossings < fewest:
            best, fewest = [list(rank) for rank in current], crossings
    return best


def count_crossings(ranks: Sequence[Sequence[int]], after: Neighbours) -> int:
    total = 0
    for rank, following in pairwise(ranks):
        place = {node: number for number, node in enumerate(following)}
        ends: list[int] = []
        for node in rank:
            mine = sorted(place[target] for target in after[node])
            total += sum(1 for end in ends for target in mine if end > target)
            ends.extend(mine)
    return total


def _sort_by_medians(ranks: list[list[int]], fixed: Neighbours, *, forward: bool) -> None:
    numbers = range(1, len(ranks)) if forward else range(len(ranks) - 2, -1, -1)
    for number in numbers:
        neighbour = ranks[number - 1 if forward else number + 1]
        place = {node: index for index, node in enumerate(neighbour)}
        here = {node: index for index, node in enumerate(ranks[number])}
        wanted = {node: _median([place[other] for other in fixed[node]], here[node]) for node in ranks[number]}
        ranks[number].sort(key=lambda node, wanted=wanted, here=here: (wanted[node], here[node]))  # type: ignore[misc]


def _median(places: list[int], otherwise: int) -> float:
    if not places:
        return otherwise
    places.sort()
    middle = len(places) // 2
    return places[middle] if len(places) % 2 else (places[middle - 1] + places[middle]) / 2


def _swap_neighbours(ranks: list[list[int]], before: Neighbours, after: Neighbours) -> None:
    improved = True
    rounds = 0
    while improved and rounds < _SWEEPS:
        improved = False
        rounds += 1
        for number, rank in enumerate(ranks):
            up = _places(ranks, number - 1)
            down = _places(ranks, number + 1)
            for left in range(len(rank) - 1):
                one, other = rank[left], rank[left + 1]
                kept = _pair(one, other, before, up) + _pair(one, other, after, down)
                swapped = _pair(other, one, before, up) + _pair(other, one, after, down)
                if swapped < kept:
                    rank[left], rank[left + 1] = other, one
                    improved = True


def _places(ranks: Sequence[Sequence[int]], number: int) -> dict[int, int]:
    return {node: index for index, node in enumerate(ranks[number])} if 0 <= number < len(ranks) else {}


def _pair(first: int, second: int, neighbours: Neighbours, place: Mapping[int, int]) -> int:
    """Crossings between the edges of two nodes when the first stands before the second."""
    return sum(1 for one in neighbours[first] for two in neighbours[second] if place[one] > place[two])
