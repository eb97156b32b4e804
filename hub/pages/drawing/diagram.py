"""A state diagram: boxes with titles and captions, labelled arrows, loops at the side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.pages.drawing.layout import Arrow, Box, Plan, Point, layout
from hub.pages.drawing.svg import arrow, curve, page, rectangle, text, text_width

MARGIN = 24.0
HEAD = 58.0
FRAME = 16.0
GAP = 14.0
LINE_HEIGHT = 14.5
LABEL, GUARD, STATE, ROLE = 11.5, 10.5, 13.0, 11.0


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on an arrow: a line, and a quieter one below it."""

    text: str
    guard: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A state. ``kind``: start (a dot), any (stands for several states), or a class of `hub.pages.drawing.svg`."""

    key: str
    title: str
    captions: tuple[str, ...] = ()
    kind: str = ""
    final: bool = False
    loops: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A transition, or several between the same two states."""

    source: str
    target: str
    labels: tuple[Label, ...]
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the picture that is laid out by itself; one with a title stands in a frame."""

    title: str
    nodes: Sequence[Node]
    links: Sequence[Link]


def _lines(labels: Sequence[Label]) -> Iterator[tuple[str, str, float]]:
    for label in labels:
        yield label.text, f"label {label.kind}".strip(), LABEL
        if label.guard:
            yield f"[{label.guard}]", "guard", GUARD


def _extent(labels: Sequence[Label]) -> tuple[float, float]:
    lines = list(_lines(labels))
    return max((text_width(line, size) for line, _, size in lines), default=0.0) + 8, len(lines) * LINE_HEIGHT


def _height(node: Node) -> float:
    return 16.0 if node.kind == "start" else 33.0 + 14.0 * len(node.captions)


def _box(node: Node, links: Sequence[Link]) -> Box:
    if node.kind == "start":
        return Box(node.key, 40, 16)
    ends = max(sum(link.source == node.key for link in links), sum(link.target == node.key for link in links))
    texts = [text_width(node.title, STATE, bold=True), *(text_width(line, ROLE) for line in node.captions)]
    width = max(*texts, 60.0, 19.0 * ends) + 30
    beside, loop_height = _extent(node.loops) if node.loops else (0.0, 0.0)
    beside = beside + 34 if node.loops else 0.0
    return Box(node.key, width, _height(node), beside, loop_height, node.kind == "any")


def _written(labels: Sequence[Label], middle: Point, extra: str = "") -> Iterator[str]:
    width, height = _extent(labels)
    x, y = middle
    if not extra:
        yield rectangle(x, y, width, height + 2, "patch", 3)
    for number, (line, kind, _) in enumerate(_lines(labels)):
        yield text(x, y - height / 2 + LINE_HEIGHT * (number + 0.76), line, f"{kind}{extra}")


def _node(node: Node, box: Box, centre: Point) -> Iterator[str]:
    x, y = centre
    if node.kind == "start":
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="#1f2328"/>'
        return
    height = _height(node)
    kind = node.kind if node.kind == "any" else f"box {node.kind}{' final' if node.final else ''}"
    yield rectangle(x, y, box.width, height, kind)
    if node.final:
        yield rectangle(x, y, box.width - 7, height - 7, "ring", 5)
    yield text(x, y + 4.5 - 7 * len(node.captions), node.title, "state")
    for number, line in enumerate(node.captions):
        yield text(x, y + 19.5 - 7 * len(node.captions) + 14 * number, line, "role")
    if node.loops:
        right = x + box.width / 2
        yield arrow(f"M{right:.1f},{y - 8:.1f} c30,-6 30,22 1,16", "arrow")
        yield from _written(node.loops, (right + 28, y), " beside")


def _key(entries: Sequence[tuple[str, str]], y: float) -> Iterator[str]:
    """A line that says what the kinds of box and of text stand for."""
    x = MARGIN
    for kind, words in entries:
        if kind.startswith("label"):
            yield text(x, y, words, f"{kind} beside")
        else:
            yield rectangle(x + 9, y - 4, 18, 12, f"box {kind}", 3)
            if "final" in kind.split():
                yield rectangle(x + 9, y - 4, 13, 7, "ring", 2)
            yield text(x + 24, y, words, "label beside")
            x += 24
        x += text_width(words, LABEL) + 20


def _key_width(entries: Sequence[tuple[str, str]]) -> float:
    return sum(text_width(words, LABEL) + 20 + (0 if kind.startswith("label") else 24) for kind, words in entries)


@dataclass(frozen=True, slots=True)
class _Placed:
    panel: Panel
    boxes: Sequence[Box]
    plan: Plan

    @property
    def framed(self) -> bool:
        return bool(self.panel.title)

    @property
    def width(self) -> float:
        least = text_width(self.panel.title, STATE, bold=True)
        return max(self.plan.width, least) + (2 * FRAME if self.framed else 0)

    @property
    def height(self) -> float:
        return self.plan.height + (2 * FRAME + 16 if self.framed else 0)

    def drawn(self, left: float, top: float, width: float, height: float) -> Iterator[str]:
        """The panel with its frame at a place and of a size."""
        panel, plan = self.panel, self.plan
        if self.framed:
            yield rectangle(left + width / 2, top + height / 2, width, height, "frame", 10)
            yield text(left + FRAME, top + 24, panel.title, "state beside")
        x = left + (width - plan.width) / 2
        y = top + (FRAME + 20 if self.framed else 0)

        def move(point: Point) -> Point:
            return point[0] + x, point[1] + y

        for link, route in zip(panel.links, plan.routes, strict=True):
            yield curve([move(point) for point in route.points], "arrow stop" if link.stop else "arrow")
        for link, route in zip(panel.links, plan.routes, strict=True):
            yield from _written(link.labels, move(route.label))
        for node, box in zip(panel.nodes, self.boxes, strict=True):
            yield from _node(node, box, move(plan.centres[node.key]))


def _place(panel: Panel) -> _Placed:
    boxes = [_box(node, panel.links) for node in panel.nodes]
    arrows = [Arrow(link.source, link.target, *_extent(link.labels)) for link in panel.links]
    return _Placed(panel, boxes, layout(boxes, arrows))


def draw(title: str, key: Sequence[tuple[str, str]], columns: Sequence[Sequence[Panel]]) -> str:
    """Panels in columns, as SVG; a panel's nodes are given in the order of the story.

    The key says what classes of box and of text stand for.
    """
    placed = [[_place(panel) for panel in column] for column in columns]
    widths = [max(panel.width for panel in column) for column in placed]
    heights = [sum(panel.height + GAP for panel in column) - GAP for column in placed]
    inner = max(sum(widths) + GAP * (len(widths) - 1), text_width(title, 17, bold=True), _key_width(key))
    body = [text(MARGIN, 36, title, "title"), *_key(key, 59)]
    left = MARGIN + (inner - sum(widths) - GAP * (len(widths) - 1)) / 2
    for column, width, height in zip(placed, widths, heights, strict=True):
        top = HEAD + MARGIN
        for panel in column:
            own = panel.height + (max(heights) - height if panel is column[-1] else 0)
            body += panel.drawn(left, top, width, own)
            top += own + GAP
        left += width + GAP
    return page(inner + 2 * MARGIN, max(heights) + HEAD + 2 * MARGIN, title, body)
