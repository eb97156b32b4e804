"""The shapes of X12 segments, as far as the maps read them: how many elements, which must be there, how long.

Lengths are the larger of those of versions 004010 and 005010, so that one table serves both.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.edi.envelope import Document


@dataclass(frozen=True, slots=True)
class Shape:
    """A segment's elements; index 0 is the identifier."""

    lengths: tuple[tuple[int, int], ...]
    required: tuple[int, ...]
    count: int
    texts: frozenset[int]
    """elements that people read, whose length changes nothing"""
    decimals: frozenset[int]


def _shape(text: str, count: int = 0) -> Shape:
    """From ``2! 1-22! 30 15R 60T``: minimum and maximum length, ``!`` where the element must be there.

    ``R`` is a decimal, of which sign and point do not count; ``T`` is text for people.
    """
    lengths: list[tuple[int, int]] = [(2, 3)]
    required, texts, decimals = [], [], set()
    for index, word in enumerate(text.split(), start=1):
        if "!" in word:
            required.append(index)
        if "T" in word:
            texts.append(index)
        if "R" in word:
            decimals.add(index)
        low, _, high = word.rstrip("!RT").rpartition("-")
        lengths.append((int(low or 1), int(high)))
    count = (count or len(lengths) - 1) + 1
    return Shape(tuple(lengths), tuple(required), count, frozenset(texts), frozenset(decimals))


_MARKS = str.maketrans("", "", ".-")

_PAIRS = " 2-2 80" * 10

SHAPES: dict[str, Shape] = {
    "ST": _shape("3-3! 4-9! 35"),
    "SE": _shape("1-10! 4-9!"),
    "BEG": _shape("2-2! 2-2! 1-22! 30 6-8! 30 2-2 3-3 2-2 3-3 3-3 3-3"),
    "BCH": _shape("2-2! 2-2! 1-22! 30 8 6-8! 30 30 2-2 30 6-8 6-8 2-3 2-2 2-2 2-2 2-2"),
    "BAK": _shape("2-2! 2-2! 1-22! 6-8! 30 30 30 30 6-8 2-2 2-2"),
    "BCA": _shape("2-2! 2-2! 1-22! 30 8 6-8! 30 30 30 6-8 6-8 2-2 2-2"),
    "BSN": _shape("2-2! 2-30! 6-8! 4-8! 4-4 2-2 3-3"),
    "CUR": _shape("2-3! 3-3!", 21),
    "REF": _shape("2-3! 50 80T 99"),
    "PER": _shape("2-2! 60T 2-2 256T 2-2 256T 2-2 256T 20T"),
    "DTM": _shape("3-3! 6-8 4-8 2-2 2-3 35"),
    "ITD": _shape("2-2 2 6 6-8 3 6-8 3 10 6-8 10 5 80T 2 2 10", 15),
    "FOB": _shape("2-2! 2 80T 2-2 3-3 2 80T 2-2 80T"),
    "TD5": _shape("2 2 2-80 2 35T", 15),
    "SAC": _shape("1-1! 4-4 2-2 10 15", 16),
    "N1": _shape("2-3! 60T 2 2-80 2-2 2-3"),
    "N2": _shape("60!T 60T"),
    "N3": _shape("55!T 55T"),
    "N4": _shape("2-30T 2-2T 3-15T 2-3 2 30 3", 7),
    "N9": _shape("2-3! 50 45T 6-8 4-8 2-2 99"),
    "MSG": _shape("264!T 2-2 9"),
    "PID": _shape("1-1! 3 2-2 12 80T 2-2 1-1 15 2-3"),
    "MEA": _shape("2-2 3 20R 99 20R 20R", 12),
    "PO1": _shape("20 15R 2-2 17R 2-2" + _PAIRS),
    "POC": _shape("20 2-2! 15R 9R 99 17R 2-2" + _PAIRS),
    "ACK": _shape("2-2! 15R 2-2 3-3 6-8 3-3" + _PAIRS + " 80 80 80", 29),
    "PO4": _shape("6 8 2-2", 18),
    "SCH": _shape("15R! 2-2! 2-3 60 3-3! 6-8! 4-8 3-3 6-8 4-8 45 20"),
    "SDQ": _shape("2-2! 2! 80! 15R! 80" + " 15R 80" * 8 + " 15R", 23),
    "HL": _shape("12! 12 2! 1"),
    "LIN": _shape("20 2-2! 80!", 31),
    "SN1": _shape("20 10R! 2-2! 15R 10R 2-2 1-1 2-2"),
    "PRF": _shape("1-22! 30 8 6-8 20 30 2-2"),
    "CTT": _shape("6! 10R 10R 2-2 8R 2-2 80"),
    "AMT": _shape("3! 18R! 1"),
}


_SOUND: dict[str, set[tuple[int, ...]]] = {tag: set() for tag in SHAPES}
"""Lengths of segments that have been found in order; a shape is a matter of lengths alone"""

_MOST_KEPT = 2000


def check_shapes(document: Document) -> bool:
    """Note what the segments have too much, too little, too long or too short (AK3 8 with AK4)."""
    known = _SOUND
    for position, segment in document.to_read:
        sound = known.get(segment[0])
        if sound is None:
            continue
        lengths = tuple(map(len, segment))
        if lengths in sound:
            continue
        if _check(document, position, segment, SHAPES[segment[0]]) and len(sound) < _MOST_KEPT:
            sound.add(lengths)
        if len(document.faults) > document.most_faults:
            return False
    return True


def _check(document: Document, position: int, segment: list[str], shape: Shape) -> bool:
    """Whether a segment has its shape; what it lacks is noted."""
    before = len(document.faults)
    for index in shape.required:
        if index >= len(segment) or not segment[index]:
            document.fault("element_missing", position, index)
    if len(segment) > shape.count and any(segment[shape.count :]):
        document.fault("element_surplus", position, shape.count)
    by_length_alone = _misfit(document, position, segment, shape)
    padded = any(element != element.strip() for element in segment)
    return by_length_alone and len(document.faults) == before and not padded


def _misfit(document: Document, position: int, segment: list[str], shape: Shape) -> bool:
    """Note what is too long or too short; False where something is sound for the sign and the point in it."""
    by_length_alone = True
    for index, (element, (low, high)) in enumerate(zip(segment, shape.lengths, strict=False)):
        bare = element.strip()
        if len(bare) > high and index in shape.decimals and len(bare.translate(_MARKS)) <= high:
            by_length_alone = False
        elif bare and len(bare) > high and index in shape.texts:
            document.fault("text_long", position, index, value=bare, expected=str(high))
        elif bare and len(bare) > high:
            document.fault("element_long", position, index, value=bare, expected=str(high))
        elif bare and len(element) < low:
            document.fault("element_short", position, index, value=bare, expected=str(low))
    return by_length_alone
