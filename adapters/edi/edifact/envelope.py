"""EDIFACT envelopes: UNB/UNZ, UNG/UNE, UNH/UNT, read as a stream of messages (ISO 9735, syntax 1 to 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from adapters.edi.delimiters import EDIFACT_DEFAULT
from adapters.edi.envelope import Document, Endpoint, Group, Interchange, counts
from adapters.edi.faults import Fault
from adapters.edi.stream import Role, Stream
from adapters.edi.tokens import Block

Segment = list[list[str]]
CHARSETS = {
    "UNOA": "latin-1",
    "UNOB": "latin-1",
    "UNOC": "latin-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOW": "utf-8",
    "UNOY": "utf-8",
}
"""Character sets by syntax identifier (0001)"""


def at(segment: Segment, element: int, component: int = 1) -> str:
    """A component of a segment, both counted from 1; empty where it is absent."""
    if element < len(segment):
        parts = segment[element]
        if component <= len(parts):
            return parts[component - 1].strip()
    return ""


def joined(parts: Iterable[str], width: int = 35) -> str:
    """Text that was divided over components: with a blank between them, but where the first was filled to the last
    character, and the text goes on in the middle of a word.
    """
    said = before = ""
    for part in filter(str.strip, parts):
        glue = " " if said and len(before) != width else ""
        said, before = f"{said}{glue}{part.strip()}", part
    return said


class EdifactStream(Stream):
    """Reads a file of EDIFACT interchanges."""

    standard = "edifact"
    default = EDIFACT_DEFAULT
    texts = frozenset({"NAD", "FTX", "IMD", "CTA", "COM"})
    tags: ClassVar[dict[Role, str]] = {
        "interchange": "UNB",
        "interchange end": "UNZ",
        "group": "UNG",
        "group end": "UNE",
        "message": "UNH",
        "message end": "UNT",
    }

    _numbers: set[str]
    """those of messages outside of any group"""

    def _charset(self, block: Block) -> str:
        begin = len(block.delimiters.segment) + 3 + len(block.delimiters.element)
        return CHARSETS.get(block.text[begin : begin + 4], "latin-1")

    def _begin_interchange(self, header: Segment, block: Block) -> Interchange:
        self._numbers = set()
        return Interchange(
            "edifact",
            block.delimiters,
            sender=Endpoint(at(header, 2, 2), at(header, 2)),
            receiver=Endpoint(at(header, 3, 2), at(header, 3)),
            number=at(header, 5),
            version=f"{at(header, 1)}:{at(header, 1, 2)}",
            test=at(header, 11) == "1",
            acknowledge=at(header, 9) == "1",
            stamp=(at(header, 4), at(header, 4, 2)),
        )

    def _judge_interchange(self, ended: Interchange, trailer: Segment) -> None:
        if at(trailer, 2) != ended.number:
            ended.fault("interchange_number_differs", found=at(trailer, 2), expected=ended.number)
        expected = ended.groups or ended.messages
        if not counts(at(trailer, 1), expected):
            ended.fault("interchange_count_differs", found=at(trailer, 1), expected=str(expected))

    def _begin_group(self, header: Segment, interchange: Interchange) -> Group:
        version = ":".join(filter(None, (at(header, 7), at(header, 7, 2), at(header, 7, 3))))
        group = Group(at(header, 1), at(header, 2), at(header, 3), at(header, 5), version)
        interchange.enter(group, "UNG")
        return group

    def _judge_group(self, ended: Group, trailer: Segment, interchange: Interchange) -> None:
        place, stated = interchange.place(tag="UNE"), at(trailer, 1)
        if at(trailer, 2) != ended.number:
            ended.faults.append(Fault("group_number_differs", place, found=at(trailer, 2), expected=ended.number))
        if not counts(stated, ended.messages):
            ended.faults.append(Fault("group_count_differs", place, found=stated, expected=str(ended.messages)))

    def _begin_message(self, header: Segment, interchange: Interchange, text: str, size: int) -> Document:
        version, association = f"{at(header, 2, 2)}{at(header, 2, 3)}", at(header, 2, 5)
        document = Document(
            interchange, self._group, at(header, 2), at(header, 1), version, text, size, self._split, association
        )
        numbers = self._group.numbers if self._group else self._numbers
        if document.number in numbers:
            document.fault("message_duplicate", 1, 1, value=document.number)
        numbers.add(document.number)
        return document

    def _judge_message(self, ended: Document, trailer: Segment, size: int) -> None:
        if at(trailer, 2) != ended.number:
            ended.fault("message_number_differs", ended.size, 2, found=at(trailer, 2), expected=ended.number)
        if not counts(at(trailer, 1), size):
            ended.fault("message_count_differs", ended.size, 1, found=at(trailer, 1), expected=str(size))
