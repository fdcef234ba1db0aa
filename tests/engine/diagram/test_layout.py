"""The layout of any process: nothing lies on anything else, and edges run where they should."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_quality.engine.diagram.layout import Box, Layout, Link, Size, lay_out
from supplier_quality.engine.diagram.order import count_crossings, order_ranks
from supplier_quality.engine.diagram.ranks import backward_edges, rank_nodes

sizes = st.builds(Size, st.floats(40, 200), st.floats(20, 120))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Size], list[Link]]:
    """Up to 14 states, any cycles, states nobody reaches, at most one link per pair and direction."""
    states = draw(st.lists(sizes, min_size=1, max_size=14))
    pairs = [(one, other) for one in range(len(states)) for other in range(len(states)) if one != other]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=24)) if pairs else []
    labels = st.builds(Size, st.floats(20, 120), st.floats(15, 80))
    return states, [Link(one, other, draw(labels), usual=draw(st.booleans())) for one, other in chosen]


def overlap(one: Box, other: Box) -> bool:
    apart_along = abs(one.along - other.along) >= (one.size.along + other.size.along) / 2 - 1e-6
    apart_across = abs(one.across - other.across) >= (one.size.across + other.size.across) / 2 - 1e-6
    return not (apart_along or apart_across)


def bends(layout: Layout) -> list[tuple[int, tuple[float, float], tuple[float, float]]]:
    """The pieces of every route, by number of the route."""
    return [(number, *piece) for number, route in enumerate(layout.routes) for piece in pairwise(route.points)]


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_states_and_labels_never_overlap(graph: tuple[list[Size], list[Link]]) -> None:
    layout = lay_out(*graph, first=0)

    boxes = [*layout.states, *(route.label for route in layout.routes)]
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_no_edge_runs_through_a_state_or_the_label_of_another_edge(graph: tuple[list[Size], list[Link]]) -> None:
    layout = lay_out(*graph, first=0)

    obstacles = [(None, box) for box in layout.states] + [(n, route.label) for n, route in enumerate(layout.routes)]
    for number, start, end in bends(layout):
        # A bend stays inside the rectangle between its ends.
        middle = Box(
            (start[0] + end[0]) / 2, (start[1] + end[1]) / 2, Size(abs(start[0] - end[0]), abs(start[1] - end[1]))
        )
        assert not [box for owner, box in obstacles if owner != number and overlap(middle, box)]


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_every_edge_joins_the_sides_of_its_states(graph: tuple[list[Size], list[Link]]) -> None:
    states, links = graph
    layout = lay_out(states, links, first=0)

    for link, route in zip(links, layout.routes, strict=True):
        for state, point in ((link.source, route.points[0]), (link.target, route.points[-1])):
            box = layout.states[state]
            assert min(abs(point[0] - box.starts), abs(point[0] - box.ends)) < 1e-6
            assert abs(point[1] - box.across) < box.size.across / 2


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_no_two_edges_meet_a_state_at_the_same_place(graph: tuple[list[Size], list[Link]]) -> None:
    layout = lay_out(*graph, first=0)

    ends = [point for route in layout.routes for point in (route.points[0], route.points[-1])]
    assert len({(round(along, 3), round(across, 3)) for along, across in ends}) == len(ends)


@given(graphs())
def test_everything_lies_on_the_paper(graph: tuple[list[Size], list[Link]]) -> None:
    layout = lay_out(*graph, first=0)

    for box in (*layout.states, *(route.label for route in layout.routes)):
        assert -1e-6 <= box.starts <= box.ends <= layout.size.along + 1e-6
        assert box.across - box.size.across / 2 >= -1e-6
        assert box.across + box.size.across / 2 <= layout.size.across + 1e-6


@given(graphs())
def test_without_the_backward_edges_every_edge_leads_to_a_higher_rank(graph: tuple[list[Size], list[Link]]) -> None:
    states, links = graph
    ends = [(link.source, link.target) for link in links]
    back = backward_edges(len(states), ends, 0)
    forward = [(two, one) if number in back else (one, two) for number, (one, two) in enumerate(ends)]

    ranks = rank_nodes(len(states), forward)

    assert all(ranks[one] < ranks[two] for one, two in forward)
    assert sorted(set(ranks)) == list(range(max(ranks) + 1))


def test_a_story_without_loops_has_no_backward_edge() -> None:
    assert backward_edges(3, [(0, 1), (0, 2), (1, 2)], 0) == frozenset()


def test_sending_back_is_the_backward_edge_and_not_submitting() -> None:
    assert backward_edges(2, [(1, 0), (0, 1)], 0) == {0}


def test_a_simple_story_runs_in_one_straight_line() -> None:
    states = [Size(80, 40)] * 4
    links = [Link(number, number + 1, Size(50, 19)) for number in range(3)]
    links.append(Link(0, 3, Size(50, 19)))

    layout = lay_out(states, links, first=0)

    assert len({round(box.across, 3) for box in layout.states}) == 1
    assert all(len({round(across, 3) for _along, across in route.points}) == 1 for route in layout.routes[:3])


def test_crossings_that_can_be_avoided_are_avoided() -> None:
    ranks = [[0, 1, 2], [3, 4, 5]]
    after = {0: [5], 1: [4], 2: [3], 3: [], 4: [], 5: []}
    before = {0: [], 1: [], 2: [], 3: [2], 4: [1], 5: [0]}

    assert count_crossings(ranks, after) == 3
    assert count_crossings(order_ranks(ranks, before, after), after) == 0
