"""X12 envelopes: ISA/IEA, GS/GE, ST/SE, read as a stream of messages (X12.5, X12.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from adapters.edi.delimiters import X12_DEFAULT
from adapters.edi.envelope import Document, Endpoint, Group, Interchange, counts, same_number
from adapters.edi.faults import Fault
from adapters.edi.splitting import Splitter
from adapters.edi.tokens import Block, Limits, Tokenizer

Item = Document | Group | Interchange
"""A message; a group or an interchange once it has ended"""

_CONTROL = frozenset({"ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"})
_BEGINNINGS = frozenset(tag[:2] for tag in _CONTROL)


GROUP_TYPES = {"850": "PO", "855": "PR", "856": "SH", "860": "PC", "865": "CA", "997": "FA", "999": "FA"}
"""Functional identifier of the group (GS01) by transaction set"""


def at(segment: list[str], index: int) -> str:
    """An element of a segment; empty where it is absent."""
    return segment[index].strip() if index < len(segment) else ""


class X12Stream:
    """Reads a file of X12 interchanges; iterate over it for messages, and for groups and interchanges as they
    end.

    One bad message takes nothing with it: its faults are its own, and those of an envelope are the
    envelope's.
    """

    def __init__(self, source: bytes | BinaryIO, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._blocks = Tokenizer(source, "x12", self._limits)
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._splitter = Splitter(X12_DEFAULT)
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
                self._splitter = Splitter(block.delimiters)
            yield from self._read(block)
        yield from self._end_interchange()
        if self._outside:
            stray = Fault("stray_segment", value=self._outside)
            yield Interchange("x12", X12_DEFAULT, faults=[stray])

    def _trouble(self, block: Block) -> Iterator[Item]:
        fault = Fault(block.trouble, detail=block.detail, expected=str(self._limits.segment))
        if self._interchange is None:
            interchange = Interchange("x12", block.delimiters, faults=[fault])
            yield interchange
            return
        self._interchange.faults.append(fault)
        yield from self._end_interchange()

    def _read(self, block: Block) -> Iterator[Item]:
        segments, done = block.segments, 0
        for place in [index for index, raw in enumerate(segments) if raw[:2] in _BEGINNINGS]:
            segment = self._splitter.x12(segments[place])
            if segment[0] not in _CONTROL:
                continue
            self._collect(block, done, place)
            yield from self._control(segment, block, place)
            done = place + 1
        self._collect(block, done, len(segments))

    def _collect(self, block: Block, start: int, end: int) -> None:
        """Take a run of segments into the open message."""
        if start == end:
            return
        body = self._body
        if body is None:
            for raw in block.segments[start:end]:
                self._stray(self._splitter.x12(raw))
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

    def _control(self, segment: list[str], block: Block, place: int) -> Iterator[Item]:
        match segment[0]:
            case "ST":
                yield from self._end_message(None)
                self._body, self._surplus, self._suspect = [block.segments[place]], 0, []
            case "SE":
                if self._body is None:
                    self._stray(segment)
                yield from self._end_message(segment, block.segments[place])
            case "GS":
                yield from self._end_group(None)
                self._begin_group(segment)
            case "GE":
                if self._group is None:
                    self._stray(segment)
                yield from self._end_group(segment)
            case "ISA":
                yield from self._end_interchange()
                self._begin_interchange(segment, block)
            case "TA1":
                if self._interchange and len(self._interchange.receipts) < self._limits.segments:
                    self._interchange.receipts.append(segment)
            case _:
                yield from self._end_interchange(segment)

    def _stray(self, segment: list[str]) -> None:
        if self._interchange is None:
            self._outside = self._outside or segment[0] or "an empty segment"
        elif len(self._interchange.faults) < self._limits.faults:
            self._interchange.fault("stray_segment", value=segment[0])

    def _begin_interchange(self, isa: list[str], block: Block) -> None:
        opened = Interchange(
            "x12",
            block.delimiters,
            sender=Endpoint(at(isa, 5), at(isa, 6)),
            receiver=Endpoint(at(isa, 7), at(isa, 8)),
            number=at(isa, 13),
            version=at(isa, 12),
            test=at(isa, 15) == "T",
            acknowledge=at(isa, 14) == "1",
            stamp=(at(isa, 9), at(isa, 10)),
        )
        if block.header and not block.header.fixed_width:
            opened.fault("header_not_fixed_width", detail="its elements have other lengths than the standard's")
        self._interchange = opened

    def _end_interchange(self, iea: list[str] | None = None) -> Iterator[Item]:
        yield from self._end_group(None)
        ended, self._interchange = self._interchange, None
        if ended is None:
            return
        if iea is None:
            if not any(fault.fatal for fault in ended.faults):
                ended.fault("interchange_trailer_missing")
        else:
            if not same_number(at(iea, 2), ended.number):
                ended.fault("interchange_number_differs", found=at(iea, 2), expected=ended.number)
            if not counts(at(iea, 1), ended.groups):
                ended.fault("interchange_count_differs", found=at(iea, 1), expected=str(ended.groups))
        yield ended

    def _begin_group(self, gs: list[str]) -> None:
        if self._interchange is None:
            return
        self._group = Group(at(gs, 1), at(gs, 2), at(gs, 3), at(gs, 6), at(gs, 8))
        self._interchange.enter(self._group, "GS")
        version = self._group.version
        if not (version[:2] == "00" and version[2:3] in "345678" and len(version) >= 6):
            place = self._interchange.place(tag="GS", element=8)
            self._group.faults.append(Fault("group_version_unsupported", place, value=version))

    def _end_group(self, ge: list[str] | None) -> Iterator[Item]:
        yield from self._end_message(None)
        ended, self._group = self._group, None
        if ended is None or self._interchange is None:
            return
        place = self._interchange.place(tag="GE")
        if ge is None:
            ended.faults.append(Fault("group_trailer_missing", place))
        else:
            stated = at(ge, 1)
            ended.stated = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 7 else -1
            if not same_number(at(ge, 2), ended.number):
                ended.faults.append(Fault("group_number_differs", place, found=at(ge, 2), expected=ended.number))
            if not counts(at(ge, 1), ended.messages):
                ended.faults.append(Fault("group_count_differs", place, found=at(ge, 1), expected=str(ended.messages)))
        yield ended

    def _end_message(self, se: list[str] | None, raw: str = "") -> Iterator[Item]:
        body, self._body = self._body, None
        if body is None or self._interchange is None:
            return
        split = self._splitter.x12
        group, st = self._group, split(body[0])
        version = group.version if group else ""
        document = Document(self._interchange, group, at(st, 1), at(st, 2), version, body, split)
        document.most_faults = self._limits.faults
        self._interchange.messages += 1
        if group:
            group.messages += 1
            if document.number in group.numbers:
                document.fault("message_duplicate", 1, 2, value=document.number)
            group.numbers.add(document.number)
        else:
            document.fault("group_header_missing", 1)
        if not document.type or not document.number:
            document.fault("message_header_unreadable", 1, detail="ST lacks its type or its number")
        if group and GROUP_TYPES.get(document.type, group.type) != group.type:
            document.fault("group_type_differs", 1, found=group.type, expected=document.type)
        if self._surplus:
            document.fault("message_too_long", expected=str(self._limits.segments))
        if se is None:
            document.fault("message_trailer_missing", len(body) + 1, tag="SE")
        else:
            body.append(raw)
            total = len(body) + self._surplus
            if not same_number(at(se, 2), document.number):
                document.fault("message_number_differs", len(body), 2, found=at(se, 2), expected=document.number)
            if not counts(at(se, 1), total):
                document.fault("message_count_differs", len(body), 1, found=at(se, 1), expected=str(total))
        self._check_characters(document)
        yield document

    def _check_characters(self, document: Document) -> None:
        for position in self._suspect[: self._limits.faults]:
            if position > len(document.raw):
                break
            for index, element in enumerate(document.split(document.raw[position - 1])):
                if not (element.isascii() and element.isprintable()) and any(
                    c < " " or "\x7f" <= c <= "\x9f" or c == "\ufffd" for c in element
                ):
                    document.fault("character_invalid", position, index)
