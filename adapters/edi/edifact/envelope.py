"""EDIFACT envelopes: UNB/UNZ, UNG/UNE, UNH/UNT, read as a stream of messages (ISO 9735, syntax 1 to 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from adapters.edi.delimiters import EDIFACT_DEFAULT
from adapters.edi.envelope import Document, Endpoint, Group, Interchange, counts
from adapters.edi.faults import Fault
from adapters.edi.splitting import Splitter
from adapters.edi.tokens import Block, Limits, Tokenizer

Segment = list[list[str]]
Item = Document | Group | Interchange
"""A message; a group or an interchange once it has ended"""

_CONTROL = frozenset({"UNB", "UNZ", "UNG", "UNE", "UNH", "UNT"})

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


class EdifactStream:
    """Reads a file of EDIFACT interchanges; iterate over it for messages, and for groups and interchanges as
    they end.

    One bad message takes nothing with it: its faults are its own, and those of an envelope are the
    envelope's.
    """

    def __init__(self, source: bytes | BinaryIO, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._blocks = Tokenizer(source, "edifact", self._limits)
        self._interchange: Interchange | None = None
        self._splitter: Splitter | None = None
        self._group: Group | None = None
        self._loose = 0
        self._numbers: set[str] = set()
        self._body: list[str] | None = None
        self._surplus = 0
        self._suspect: list[int] = []
        self._outside = ""

    def __iter__(self) -> Iterator[Item]:
        """Messages in order, each followed, once it has ended, by its group and its interchange."""
        for block in self._blocks:
            if block.trouble:
                yield from self._trouble(block)
            if block.header:
                yield from self._end_interchange()
                self._splitter = Splitter(block.delimiters, self._charset(block))
            yield from self._read(block)
        yield from self._end_interchange()
        if self._outside:
            stray = Fault("stray_segment", value=self._outside)
            yield Interchange("edifact", EDIFACT_DEFAULT, faults=[stray])

    def _charset(self, block: Block) -> str:
        unb = block.segments[0] if block.segments else ""
        return CHARSETS.get(unb[3 + len(block.delimiters.element) :][:4], "latin-1")

    def _trouble(self, block: Block) -> Iterator[Item]:
        fault = Fault(block.trouble, detail=block.detail, expected=str(self._limits.segment))
        if self._interchange is None:
            yield Interchange("edifact", block.delimiters, faults=[fault])
            return
        self._interchange.faults.append(fault)
        yield from self._end_interchange()

    def _read(self, block: Block) -> Iterator[Item]:
        if self._splitter is None:
            return
        split = self._splitter.edifact
        segments, done = block.segments, 0
        for place in [index for index, raw in enumerate(segments) if raw[:2] == "UN"]:
            segment = split(segments[place])
            if segment[0][0] not in _CONTROL:
                continue
            self._collect(block, done, place)
            yield from self._control(segment, block, place)
            done = place + 1
        self._collect(block, done, len(segments))

    def _collect(self, block: Block, start: int, end: int) -> None:
        """Take a run of segments into the open message."""
        if start == end or self._splitter is None:
            return
        body = self._body
        if body is None:
            for raw in block.segments[start:end]:
                self._stray(self._splitter.edifact(raw))
            return
        if not block.plain:
            offset = len(body) - start
            for index in range(start, end):
                if not block.segments[index].isprintable():
                    self._suspect.append(index + 1 + offset)
        body.extend(block.segments[start:end])
        surplus = len(body) - self._limits.segments
        if surplus > 0:
            del body[-surplus:]
            self._surplus += surplus

    def _control(self, segment: Segment, block: Block, place: int) -> Iterator[Item]:
        match segment[0][0]:
            case "UNH":
                yield from self._end_message(None)
                self._body, self._surplus, self._suspect = [block.segments[place]], 0, []
            case "UNT":
                if self._body is None:
                    self._stray(segment)
                yield from self._end_message(segment, block.segments[place])
            case "UNG":
                yield from self._end_group(None)
                self._begin_group(segment)
            case "UNE":
                if self._group is None:
                    self._stray(segment)
                yield from self._end_group(segment)
            case "UNB":
                yield from self._end_interchange()
                self._begin_interchange(segment, block)
            case _:
                yield from self._end_interchange(segment)

    def _stray(self, segment: Segment) -> None:
        if self._interchange is None:
            self._outside = self._outside or segment[0][0] or "an empty segment"
        elif len(self._interchange.faults) < self._limits.faults:
            self._interchange.fault("stray_segment", value=segment[0][0])

    def _begin_interchange(self, unb: Segment, block: Block) -> None:
        self._loose, self._numbers = 0, set()
        self._interchange = Interchange(
            "edifact",
            block.delimiters,
            sender=Endpoint(at(unb, 2, 2), at(unb, 2)),
            receiver=Endpoint(at(unb, 3, 2), at(unb, 3)),
            number=at(unb, 5),
            version=f"{at(unb, 1)}:{at(unb, 1, 2)}",
            test=at(unb, 11) == "1",
            acknowledge=at(unb, 9) == "1",
            stamp=(at(unb, 4), at(unb, 4, 2)),
        )

    def _end_interchange(self, unz: Segment | None = None) -> Iterator[Item]:
        yield from self._end_group(None)
        ended, self._interchange = self._interchange, None
        if ended is None:
            return
        if unz is None:
            if not any(fault.fatal for fault in ended.faults):
                ended.fault("interchange_trailer_missing")
        else:
            if at(unz, 2) != ended.number:
                ended.fault("interchange_number_differs", found=at(unz, 2), expected=ended.number)
            expected = ended.groups or ended.messages
            if not counts(at(unz, 1), expected):
                ended.fault("interchange_count_differs", found=at(unz, 1), expected=str(expected))
        yield ended

    def _begin_group(self, ung: Segment) -> None:
        if self._interchange is None:
            return
        version = ":".join(filter(None, (at(ung, 7), at(ung, 7, 2), at(ung, 7, 3))))
        self._group = Group(at(ung, 1), at(ung, 2), at(ung, 3), at(ung, 5), version)
        self._interchange.enter(self._group, "UNG")

    def _end_group(self, une: Segment | None) -> Iterator[Item]:
        yield from self._end_message(None)
        ended, self._group = self._group, None
        if ended is None or self._interchange is None:
            return
        place = self._interchange.place(tag="UNE")
        if une is None:
            ended.faults.append(Fault("group_trailer_missing", place))
        else:
            if at(une, 2) != ended.number:
                ended.faults.append(Fault("group_number_differs", place, found=at(une, 2), expected=ended.number))
            if not counts(at(une, 1), ended.messages):
                ended.faults.append(Fault("group_count_differs", place, found=at(une, 1), expected=str(ended.messages)))
        yield ended

    def _end_message(self, unt: Segment | None, raw: str = "") -> Iterator[Item]:
        body, self._body = self._body, None
        if body is None or self._interchange is None or self._splitter is None:
            return
        split = self._splitter.edifact
        unh, group = split(body[0]), self._group
        version = f"{at(unh, 2, 2)}{at(unh, 2, 3)}"
        document = Document(
            self._interchange, group, at(unh, 2), at(unh, 1), version, body, split, association=at(unh, 2, 5)
        )
        document.most_faults = self._limits.faults
        self._interchange.messages += 1
        numbers = group.numbers if group else self._numbers
        if group:
            group.messages += 1
        if document.number in numbers:
            document.fault("message_duplicate", 1, 1, value=document.number)
        numbers.add(document.number)
        if not document.type or not document.number:
            document.fault("message_header_unreadable", 1, detail="UNH lacks its type or its number")
        if self._surplus:
            document.fault("message_too_long", expected=str(self._limits.segments))
        if unt is None:
            document.fault("message_trailer_missing", len(body) + 1, tag="UNT")
        else:
            body.append(raw)
            total = len(body) + self._surplus
            if at(unt, 2) != document.number:
                document.fault("message_number_differs", len(body), 2, found=at(unt, 2), expected=document.number)
            if not counts(at(unt, 1), total):
                document.fault("message_count_differs", len(body), 1, found=at(unt, 1), expected=str(total))
        self._check_characters(document)
        yield document

    def _check_characters(self, document: Document) -> None:
        for position in self._suspect[: self._limits.faults]:
            if position > len(document.raw):
                break
            for index, components in enumerate(document.split(document.raw[position - 1])):
                for number, component in enumerate(components):
                    if component.isascii() and component.isprintable():
                        continue
                    if any(c < " " or "\x7f" <= c <= "\x9f" or c == "\ufffd" for c in component):
                        document.fault("character_invalid", position, index, number + 1)
