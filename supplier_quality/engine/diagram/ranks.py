"""Which state stands before which: breaking cycles and giving every state a rank."""

from collections.abc import Sequence

Edge = tuple[int, int]


def backward_edges(count: int, edges: Sequence[Edge], first: int) -> frozenset[int]:
    """Indices of the edges that lead back to a state the story has come through, told from ``first`` in file order.

    Without them the graph has no cycle.
    """
    leaving: list[list[int]] = [[] for _node in range(count)]
    for index, (source, _target) in enumerate(edges):
        leaving[source].append(index)
    back: set[int] = set()
    seen: set[int] = set()
    passing: set[int] = set()

    def visit(node: int) -> None:
        seen.add(node)
        passing.add(node)
        for index in leaving[node]:
            target = edges[index][1]
            if target in passing:
                back.add(index)
            elif target not in seen:
                visit(target)
        passing.discard(node)

    for root in (first, *range(count)):
        if root not in seen:
            visit(root)
    return frozenset(back)


def rank_nodes(count: int, edges: Sequence[Edge]) -> list[int]:
    """A rank for every node, each edge leading to a higher one, edges short on the whole. ``edges`` have no cycle."""
    before: list[list[int]] = [[] for _node in range(count)]
    after: list[list[int]] = [[] for _node in range(count)]
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
    ranks = _longest_paths(before)
    for _round in range(count):
        moved = False
        for node in range(count):
            wanted = _best_rank(node, ranks, before, after)
            moved |= wanted != ranks[node]
            ranks[node] = wanted
        if not moved:
            break
    used = {rank: number for number, rank in enumerate(sorted(set(ranks)))}
    return [used[rank] for rank in ranks]


def _longest_paths(before: Sequence[Sequence[int]]) -> list[int]:
    ranks = [0] * len(before)
    for _round in before:
        for node, sources in enumerate(before):
            ranks[node] = max((ranks[source] + 1 for source in sources), default=0)
    return ranks


def _best_rank(node: int, ranks: Sequence[int], before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> int:
    lowest = max((ranks[source] + 1 for source in before[node]), default=0)
    highest = min((ranks[target] - 1 for target in after[node]), default=lowest)
    # Moving right shortens the edges that leave and lengthens those that come.
    return highest if len(after[node]) > len(before[node]) else lowest
