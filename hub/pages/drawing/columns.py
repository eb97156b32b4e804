"""Where the cells of a layered graph stand from left to right: long arrows straight, few bends.

After Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment" (2001): cells are aligned with the middle
of their neighbours into columns, the columns are packed; done four times, from above and below, from the left and the
right, and the middle of the four taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

C = TypeVar("C", bound=Hashable)
Layers = list[list[C]]
Links = Mapping[C, Sequence[C]]


@dataclass(frozen=True, slots=True)
class Measures:
    """How far a cell reaches to its left and right, whether it is only a thread, and what is kept free."""

    left: Mapping[Hashable, float]
    right: Mapping[Hashable, float]
    thread: frozenset[Hashable]
    gap: float

    def mirrored(self) -> Measures:
        """The same, seen in a mirror."""
        return Measures(self.right, self.left, self.thread, self.gap)

    def apart(self, left: Hashable, right: Hashable) -> float:
        """How far apart the middles of two neighbours are at least."""
        return self.right[left] + self.gap + self.left[right]


def _conflicts(layers: Layers[C], above: Links[C], thread: frozenset[Hashable]) -> set[frozenset[C]]:
    """Arrows that cross a thread: they give way."""
    found: set[frozenset[C]] = set()
    for upper, lower in pairwise(layers):
        place = {cell: number for number, cell in enumerate(upper)}
        links = [(place[a], number, a, cell) for number, cell in enumerate(lower) for a in above[cell]]
        threads = [link for link in links if link[2] in thread and link[3] in thread]
        for a in links:
            if a[2] in thread and a[3] in thread:
                continue
            if any((a[0] - b[0]) * (a[1] - b[1]) < 0 for b in threads):
                found.add(frozenset((a[2], a[3])))
    return found


def _align(layers: Layers[C], before: Links[C], conflicts: set[frozenset[C]]) -> dict[C, C]:
    """The head of the column of each cell, aligned with the middle of its neighbours in the layer before."""
    root = {cell: cell for layer in layers for cell in layer}
    for upper, lower in pairwise(layers):
        place = {cell: number for number, cell in enumerate(upper)}
        taken, furthest = set(), -1
        for cell in lower:
            near = sorted(before[cell], key=place.__getitem__)
            middle = near[(len(near) - 1) // 2 : len(near) // 2 + 1]
            for other in middle:
                free = place[other] > furthest and frozenset((other, cell)) not in conflicts
                if root[cell] == cell and free and other not in taken:
                    root[cell], furthest = root[other], place[other]
                    taken.add(other)
    return root


def _pack(layers: Layers[C], root: Mapping[C, C], measures: Measures) -> dict[C, float]:
    """Columns as far to the left as they can be, then each pulled right as far as its neighbours allow."""
    after: dict[C, dict[C, float]] = defaultdict(dict)
    waiting: dict[C, int] = defaultdict(int)
    columns = list(dict.fromkeys(root[cell] for layer in layers for cell in layer))
    for layer in layers:
        for left, right in pairwise(layer):
            a, b = root[left], root[right]
            if b not in after[a]:
                waiting[b] += 1
            after[a][b] = max(after[a].get(b, 0.0), measures.apart(left, right))
    order = [column for column in columns if not waiting[column]]
    for column in order:
        for other in after[column]:
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    x = dict.fromkeys(columns, 0.0)
    for column in order:
        for other, least in after[column].items():
            x[other] = max(x[other], x[column] + least)
    for column in reversed(order):
        if after[column]:
            x[column] = max(x[column], min(x[other] - least for other, least in after[column].items()))
    return {cell: x[root[cell]] for layer in layers for cell in layer}


def columns(layers: Layers[C], above: Links[C], below: Links[C], measures: Measures) -> dict[C, float]:
    """The middle of each cell."""
    conflicts = _conflicts(layers, above, measures.thread)
    results: list[tuple[bool, dict[C, float]]] = []
    for upwards in (False, True):
        for mirrored in (False, True):
            turned = [list(reversed(layer)) if mirrored else list(layer) for layer in layers]
            if upwards:
                turned.reverse()
            root = _align(turned, below if upwards else above, conflicts)
            found = _pack(turned, root, measures.mirrored() if mirrored else measures)
            results.append((mirrored, {cell: -x if mirrored else x for cell, x in found.items()}))
    narrowest = min((found for _, found in results), key=lambda found: max(found.values()) - min(found.values()))
    low, high = min(narrowest.values()), max(narrowest.values())
    aligned = []
    for mirrored, found in results:
        shift = high - max(found.values()) if mirrored else low - min(found.values())
        aligned.append({cell: x + shift for cell, x in found.items()})
    return {cell: sum(sorted(found[cell] for found in aligned)[1:3]) / 2 for cell in aligned[0]}
