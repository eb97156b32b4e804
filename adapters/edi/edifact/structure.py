"""The order of segments in the EDIFACT messages that are read, and how long their components may be.

Lengths are the larger of those of directories D96A and D01B. A segment that a message does not have is noted
and kept; one that must be there and is not refuses the message.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.edi.edifact.envelope import Segment
from adapters.edi.envelope import Document


@dataclass(frozen=True, slots=True)
class Layout:
    """Header, detail and summary of one message."""

    known: frozenset[str]
    detail: str = "LIN"
    lines_required: bool = True


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ORDER = _set(
    "DTM PAI ALI IMD FTX GIR RFF NAD LOC FII DOC CTA COM TAX MOA CUX PCD PAT TDT TOD PAC MEA PCI GIN"
    " EQD EQN SCC QTY APR ALC RNG RTE RCS DGS CCI CAV PIA GEI QVR PRI STG HAN HYN RJL AJT UNS CNT INP"
    " EFI SPS TEM"
)

LAYOUTS: dict[str, Layout] = {
    "ORDERS": Layout(_ORDER),
    "ORDCHG": Layout(_ORDER, lines_required=False),
    "ORDRSP": Layout(_ORDER, lines_required=False),
    "DESADV": Layout(_ORDER | _set("CPS EQA SEL SGP QVR CST PCI"), lines_required=False),
}

_LENGTHS: dict[str, dict[tuple[int, int], int]] = {
    "BGM": {(1, 1): 3, (2, 1): 70, (3, 1): 3, (4, 1): 3},
    "DTM": {(1, 1): 3, (1, 2): 35, (1, 3): 3},
    "RFF": {(1, 1): 3, (1, 2): 70, (1, 3): 6},
    "NAD": {(1, 1): 3, (2, 1): 35, (6, 1): 35, (7, 1): 35, (8, 1): 17, (9, 1): 3}
    | {(element, component): 70 for element in (3, 4, 5) for component in range(1, 6)},
    "CTA": {(1, 1): 3, (2, 1): 17, (2, 2): 256},
    "COM": {(1, 1): 512, (1, 2): 3},
    "CUX": {(1, 1): 3, (1, 2): 3, (1, 3): 3},
    "LIN": {(1, 1): 6, (2, 1): 3, (3, 1): 35, (3, 2): 3},
    "PIA": {(1, 1): 3}
    | {(element, component): limit for element in range(2, 7) for component, limit in ((1, 35), (2, 3))},
    "IMD": {(1, 1): 3, (2, 1): 3, (3, 1): 17, (3, 4): 256, (3, 5): 256},
    "QTY": {(1, 1): 3, (1, 2): 35, (1, 3): 8},
    "PRI": {(1, 1): 3, (1, 2): 15, (1, 3): 3, (1, 4): 3, (1, 5): 9, (1, 6): 8},
    "MOA": {(1, 1): 3, (1, 2): 35, (1, 3): 3},
    "FTX": {(1, 1): 3} | {(4, component): 512 for component in range(1, 6)},
    "LOC": {(1, 1): 3, (2, 1): 35},
    "CNT": {(1, 1): 3, (1, 2): 18},
}

_TEXTS: dict[str, frozenset[tuple[int, int]]] = {
    "NAD": frozenset((element, component) for element in range(3, 10) for component in range(1, 6)),
    "CTA": frozenset({(2, 2)}),
    "COM": frozenset({(1, 1)}),
    "IMD": frozenset({(3, 1), (3, 4), (3, 5)}),
    "FTX": frozenset((4, component) for component in range(1, 6)),
}
"""What people read, whose length changes nothing"""

_NUMBERS: dict[str, frozenset[tuple[int, int]]] = {
    "QTY": frozenset({(1, 2)}),
    "PRI": frozenset({(1, 2), (1, 5)}),
    "MOA": frozenset({(1, 2)}),
    "CNT": frozenset({(1, 2)}),
}
"""Numeric components: decimal mark and minus sign do not count in their length (ISO 9735)"""

_MARKS = str.maketrans("", "", ".,-")

_REQUIRED: dict[str, tuple[tuple[int, int], ...]] = {
    "BGM": (),
    "DTM": ((1, 1),),
    "RFF": ((1, 1),),
    "NAD": ((1, 1),),
    "QTY": ((1, 1), (1, 2)),
    "MOA": ((1, 1),),
    "CNT": ((1, 1), (1, 2)),
}


def check_structure(document: Document) -> bool:
    """Note segments that are unknown, out of place, missing or repeated; False when it makes no sense to read
    on.
    """
    layout = LAYOUTS[document.type]
    if document.size < 2 or document.tag(2) != "BGM":
        document.fault("segment_missing", 2, tag="BGM")
        return False
    lines, summary = 0, False
    for position, segment in document.to_read[1:]:
        tag = segment[0][0]
        if tag == layout.detail:
            lines += 1
            if summary:
                document.fault("segment_after_end", position)
        elif tag == "UNS":
            if summary:
                document.fault("segment_repeated", position)
            summary = True
        elif tag == "BGM":
            if position > 2:
                document.fault("segment_repeated", position)
        elif tag not in layout.known and tag != "UNT":
            document.fault("segment_unknown", position)
        _check_lengths(document, position, segment)
        if len(document.faults) > document.most_faults:
            return False
    if not lines and layout.lines_required and not _cancels(document):
        document.fault("segment_missing", document.size, tag=layout.detail)
    return True


def _cancels(document: Document) -> bool:
    bgm: Segment = document.split(document.raw[1])
    return bgm[3:4] in ([["1"]], [["17"]])


_SOUND: dict[str, set[tuple[int, ...]]] = {tag: set() for tag in _LENGTHS.keys() | _REQUIRED.keys()}
"""Lengths of segments that have been found in order; all that is looked at are lengths"""

_MOST_KEPT = 2000


def _check_lengths(document: Document, position: int, segment: Segment) -> None:
    sound = _SOUND.get(segment[0][0])
    if sound is None:
        return
    lengths = tuple([length for element in segment for length in (-1, *map(len, element))])
    if lengths in sound:
        return
    before = len(document.faults)
    by_length_alone = _note_lengths(document, position, segment)
    if by_length_alone and len(document.faults) == before and len(sound) < _MOST_KEPT:
        sound.add(lengths)


def _note_lengths(document: Document, position: int, segment: Segment) -> bool:
    """Note what is missing or too long; False where something is sound for the marks in it."""
    tag, by_length_alone = segment[0][0], True
    for element, component in _REQUIRED.get(tag, ()):
        if element >= len(segment) or component > len(segment[element]) or not segment[element][component - 1]:
            document.fault("element_missing", position, element, component)
    limits = _LENGTHS.get(tag)
    if limits is None:
        return True
    numbers = _NUMBERS.get(tag, frozenset())
    for element, components in enumerate(segment):
        for component, value in enumerate(components, start=1):
            if len(value) > 3 and len(value) > limits.get((element, component), 512):
                limit = limits.get((element, component), 512)
                if (element, component) in numbers and len(value.translate(_MARKS)) <= limit:
                    by_length_alone = False
                    continue
                long = "text_long" if (element, component) in _TEXTS.get(tag, ()) else "element_long"
                document.fault(long, position, element, component, value=value, expected=str(limit))
    return by_length_alone
