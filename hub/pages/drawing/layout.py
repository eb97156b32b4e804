"""A layered layout: boxes in ranks from top to bottom, arrows with room of their own for each label.

Every arrow spans an even number of ranks and carries its label in one of the odd ones, so that no label can lie
on a box or on another label. Arrows against the order of the boxes run upwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hub.pages.drawing.columns import Measures, columns

SIDE_GAP = 16.0
RANK_GAP = 17.0
THREAD = 10.0
SWEEPS = 30

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Something to be placed; ``beside`` is how much room is kept free to its right, ``room`` how high that is."""

    key: str
    width: float
    height: float
    beside: float = 0.0
    room: float = 0.0
    near: bool = False
    """stands just above what it points to"""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A connection, with the size of its label."""

    source: str
    target: str
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an arrow: points with vertical tangents, and the middle of its label."""

    points: tuple[Point, ...]
    label: Point


@dataclass(slots=True)
class Plan:
    """Where everything stands."""

    centres: dict[str, Point]
    routes: list[Route]
    width: float
    height: float


@dataclass(slots=True)
class _Cell:
    """A box, or the place where an arrow passes a rank."""

    rank: int
    left: float
    right: float
    height: float
    box: float = 0.0
    """height of the box itself"""
    above: list[_Cell] = field(default_factory=list)
    below: list[_Cell] = field(default_factory=list)
    thread: bool = False
    """a place where an arrow passes, not a box"""
    x: float = 0.0
    place: int = 0

    def __hash__(self) -> int:
        return id(self)


def _ranks(boxes: Sequence[Box], arrows: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The rank of each box: two below the lowest box that points to it."""
    order = {box.key: number for number, box in enumerate(boxes)}
    above: dict[str, set[str]] = defaultdict(set)
    for source, target in arrows:
        low, high = sorted((source, target), key=order.__getitem__)
        above[high].add(low)
    ranks: dict[str, int] = {}
    for box in boxes:
        ranks[box.key] = max((ranks[key] + 2 for key in above[box.key]), default=0)
    for box in boxes:
        below = [ranks[key] for key in ranks if box.key in above[key]]
        if box.near and below:
            ranks[box.key] = max(0, min(below) - 2)
    return ranks


def _threads(
    cells: dict[str, _Cell], arrows: Sequence[Arrow], ranks: dict[str, int]
) -> tuple[list[list[_Cell]], list[_Cell]]:
    """The cells of each arrow from top to bottom, ends included, and of each the one that holds its label."""
    chains, labels = [], []
    for arrow in arrows:
        top, bottom = sorted((arrow.source, arrow.target), key=ranks.__getitem__)
        upwards = top != arrow.source
        inner = list(range(ranks[top] + 1, ranks[bottom]))
        odd = [rank for rank in inner if rank % 2]
        labelled = odd[-1] if upwards else odd[0]
        chain = [cells[top]]
        for rank in inner:
            wide = arrow.width if rank == labelled else THREAD
            height = arrow.height if rank == labelled else 0.0
            cell = _Cell(rank, wide / 2, wide / 2, height, thread=True)
            chain.append(cell)
            if rank == labelled:
                labels.append(cell)
        chain.append(cells[bottom])
        for upper, lower in pairwise(chain):
            upper.below.append(lower)
            lower.above.append(upper)
        chains.append(chain)
    return chains, labels


# ------------------------------------------------------------------------------------------ order in a rank


def _crossings(layers: list[list[_Cell]]) -> int:
    count = 0
    for upper in layers[:-1]:
        ends = [(cell.place, below.place) for cell in upper for below in cell.below]
        count += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for n, a in enumerate(ends) for b in ends[:n])
    return count


def _number(layers: list[list[_Cell]]) -> None:
    for layer in layers:
        for place, cell in enumerate(layer):
            cell.place = place


def _sorted(layer: list[_Cell], upwards: bool) -> list[_Cell]:
    def middle(cell: _Cell) -> float:
        others = cell.below if upwards else cell.above
        return sum(other.place for other in others) / len(others) if others else cell.place

    return sorted(layer, key=middle)


def _untangle(layers: list[list[_Cell]]) -> list[list[_Cell]]:
    """Order each rank so that few arrows cross."""
    _number(layers)
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        upwards = bool(sweep % 2)
        for number in range(len(layers) - 1, -1, -1) if upwards else range(len(layers)):
            layers[number] = _sorted(layers[number], upwards)
            _number([layers[number]])
        count = _crossings(layers)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    _number(best)
    return best


# ------------------------------------------------------------------------------------------- coordinates


def _align(layers: list[list[_Cell]]) -> None:
    cells = [cell for layer in layers for cell in layer]
    measures = Measures(
        {cell: cell.left for cell in cells},
        {cell: cell.right for cell in cells},
        frozenset(cell for cell in cells if cell.thread),
        SIDE_GAP,
    )
    found = columns(layers, {cell: cell.above for cell in cells}, {cell: cell.below for cell in cells}, measures)
    for cell, x in found.items():
        cell.x = x


def _heights(layers: list[list[_Cell]]) -> list[tuple[float, float]]:
    """Top and bottom of each rank; the wider the arrows swing, the more room between two ranks."""
    bands, y = [], 0.0
    for layer in layers:
        height = max((cell.height for cell in layer), default=0.0)
        bands.append((y, y + height))
        swing = max((abs(cell.x - other.x) for cell in layer for other in cell.below), default=0.0)
        y += height + RANK_GAP + min(26.0, swing / 9)
    return bands


def _ports(cell: _Cell, others: list[_Cell]) -> dict[_Cell, float]:
    """Where on its edge a box is left or reached, by the neighbour that lies that way."""
    room = max(0.0, 2 * cell.left - 28)
    apart = min(24.0, room / max(1, len(others) - 1)) if len(others) > 1 else 0.0
    ordered = sorted(others, key=lambda other: other.x)
    first = -apart * (len(ordered) - 1) / 2
    return {other: cell.x + first + apart * number for number, other in enumerate(ordered)}


def _route(
    chain: list[_Cell], bands: list[tuple[float, float]], ports: dict[tuple[_Cell, bool], dict[_Cell, float]]
) -> list[Point]:
    top, bottom = chain[0], chain[-1]
    middle = sum(bands[top.rank]) / 2
    points = [(ports[top, True][chain[1]], middle + top.box / 2)]
    for cell in chain[1:-1]:
        points += [(cell.x, bands[cell.rank][0]), (cell.x, bands[cell.rank][1])]
    middle = sum(bands[bottom.rank]) / 2
    points.append((ports[bottom, False][chain[-2]], middle - bottom.box / 2))
    return points


def layout(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Plan:
    """Place boxes (given in the order of the story) and route the arrows between different boxes."""
    ranks = _ranks(boxes, [(arrow.source, arrow.target) for arrow in arrows])
    cells = {
        box.key: _Cell(ranks[box.key], box.width / 2, box.width / 2 + box.beside, max(box.height, box.room), box.height)
        for box in boxes
    }
    chains, labels = _threads(cells, arrows, ranks)
    layers: list[list[_Cell]] = [[] for _ in range(max(ranks.values()) + 1)]
    for cell in dict.fromkeys([*cells.values(), *(cell for chain in chains for cell in chain)]):
        layers[cell.rank].append(cell)
    layers = _untangle(layers)
    _align(layers)
    bands = _heights(layers)
    ports = {
        (cell, down): _ports(cell, cell.below if down else cell.above)
        for cell in cells.values()
        for down in (True, False)
    }
    left = min(cell.x - cell.left for layer in layers for cell in layer)
    right = max(cell.x + cell.right for layer in layers for cell in layer)

    def shift(point: Point) -> Point:
        return point[0] - left, point[1]

    routes = []
    for arrow, chain, label in zip(arrows, chains, labels, strict=True):
        points = [shift(point) for point in _route(chain, bands, ports)]
        if cells[arrow.source] is not chain[0]:
            points.reverse()
        routes.append(Route(tuple(points), shift((label.x, sum(bands[label.rank]) / 2))))
    centres = {key: shift((cell.x, sum(bands[cell.rank]) / 2)) for key, cell in cells.items()}
    return Plan(centres, routes, right - left, bands[-1][1])
