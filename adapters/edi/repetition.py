"""Elements that are repeated (X12 from 00402, ISA11; EDIFACT syntax 4): the first counts, the others are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from adapters.edi.envelope import Document
from adapters.edi.splitting import Repeated
from adapters.edi.x12.segments import SHAPES

Piece = tuple[int, str, str]
"""position, place and text of what is repeated"""

_SINGLE = frozenset({"QTY", "PRI", "MOA", "CNT", "DTM"})
"""Segments of EDIFACT that are a number or a date"""


def _decimals(tag: str) -> frozenset[int]:
    shape = SHAPES.get(tag)
    return shape.decimals if shape else frozenset()


def take_firsts(document: Document) -> list[Piece]:
    """Let a document say of each element what stands first; what is repeated beyond, which has no place of its own.

    Of quantities, prices, amounts and dates it would be a guess which one is meant: that is a fault.
    """
    if document.interchange.standard == "edifact":
        return list(_of_edifact(document))
    split, mark = document.split, document.interchange.delimiters.repetition
    others = list(_of_x12(document, split, mark))
    document.split = lambda segment: [element.partition(mark)[0] for element in split(segment)]
    return others


def _of_x12(document: Document, split: Callable[[str], list[str]], mark: str) -> Iterator[Piece]:
    for position, raw in enumerate(document.raw, start=1):
        if mark in raw:
            tag, *elements = split(raw)
            for index, element in enumerate(elements, start=1):
                _, repeated, others = element.partition(mark)
                if repeated and (tag == "DTM" or index in _decimals(tag)):
                    document.fault("element_repeated", position, index, value=element)
                elif repeated:
                    yield position, f"{tag}{index:02}", f"repeated: {others}"


def _of_edifact(document: Document) -> Iterator[Piece]:
    """Those of addresses (COM) are read, or kept with their segment."""
    delimiters = document.interchange.delimiters
    for position, raw in enumerate(document.raw, start=1):
        if delimiters.repetition in raw:
            (tag, *_), *elements = document.split(raw)
            for index, element in enumerate(elements, start=1):
                if not isinstance(element, Repeated) or tag == "COM":
                    continue
                others = "*".join(":".join(other) for other in element.others)
                if tag in _SINGLE and index == 1:
                    document.fault("element_repeated", position, index, value=f"{':'.join(element)}*{others}")
                else:
                    yield position, f"{tag} element {index}", f"repeated: {others}"
