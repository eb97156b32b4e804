"""Whatever the graph, nothing in the picture covers anything else."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.pages.drawing.diagram import Label, Link, Node, Panel, draw
from hub.pages.drawing.layout import Arrow, Box, Plan, layout

Rectangle = tuple[float, float, float, float]


@st.composite
def graphs(pick: st.DrawFn) -> tuple[list[Box], list[Arrow]]:
    size = st.floats(10, 200)
    boxes = [
        Box(str(number), pick(size), pick(size), pick(st.sampled_from([0.0, 80.0])), 0.0, pick(st.booleans()))
        for number in range(pick(st.integers(1, 9)))
    ]
    pairs = [(a.key, b.key) for a in boxes for b in boxes if a is not b]
    ends = pick(st.lists(st.sampled_from(pairs), unique=True, max_size=14)) if pairs else []
    return boxes, [Arrow(a, b, pick(size), pick(st.floats(10, 60))) for a, b in ends]


def _box(plan: Plan, box: Box) -> Rectangle:
    x, y = plan.centres[box.key]
    return x - box.width / 2, y - box.height / 2, x + box.width / 2 + box.beside, y + box.height / 2


def _covers(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_no_box_or_label_covers_another(graph: tuple[list[Box], list[Arrow]]) -> None:
    boxes, arrows = graph
    plan = layout(boxes, arrows)
    things = [_box(plan, box) for box in boxes]
    for arrow, route in zip(arrows, plan.routes, strict=True):
        x, y = route.label
        things.append((x - arrow.width / 2, y - arrow.height / 2, x + arrow.width / 2, y + arrow.height / 2))
    assert not [(one, other) for one, other in combinations(things, 2) if _covers(one, other)]
    slack = 0.01
    assert all(x >= -slack and right <= plan.width + slack for x, _, right, _ in things)
    assert all(y >= -slack and bottom <= plan.height + slack for _, y, _, bottom in things)


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_an_arrow_runs_from_its_source_to_its_target(graph: tuple[list[Box], list[Arrow]]) -> None:
    boxes, arrows = graph
    plan = layout(boxes, arrows)
    for arrow, route in zip(arrows, plan.routes, strict=True):
        for key, (x, y) in ((arrow.source, route.points[0]), (arrow.target, route.points[-1])):
            box = next(box for box in boxes if box.key == key)
            middle_x, middle_y = plan.centres[key]
            assert abs(x - middle_x) <= box.width / 2 + 0.01
            assert abs(abs(y - middle_y) - box.height / 2) < 0.01


def test_what_is_written_is_escaped_and_drawn_the_same_each_time() -> None:
    nodes = [Node("a", "a <b> & c", ("who",), "asks"), Node("z", "z", final=True, loops=(Label("again"),))]
    links = [Link("a", "z", (Label("on & on", "if x < 1"),))]
    picture = draw("T", (("asks", "asks"),), [[Panel("", nodes, links)]])
    assert "a &lt;b&gt; &amp; c" in picture
    assert "[if x &lt; 1]" in picture
    assert picture == draw("T", (("asks", "asks"),), [[Panel("", nodes, links)]])
