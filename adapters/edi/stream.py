"""Interchanges, groups and messages as they stand in one another, read as a stream: what both standards share."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar, Literal

from adapters.edi.delimiters import Delimiters, Standard
from adapters.edi.encoding import LOST, judge_text, of_windows
from adapters.edi.envelope import Document, Group, Interchange
from adapters.edi.faults import Fault
from adapters.edi.splitting import Splitter
from adapters.edi.tokens import Block, Limits, Tokenizer

Item = Document | Group | Interchange
"""A message; a group or an interchange once it has ended"""

RELEASING = "ISX"
"""The segment behind ISA that gives X12 a release character, from version 00704 on"""

Role = Literal["interchange", "interchange end", "group", "group end", "message", "message end", "receipt"]


@dataclass(slots=True)
class Body:
    """The text of an open message."""

    header: str
    pieces: list[str] = field(default_factory=list)
    """runs of segments, each segment with the terminator before it"""
    size: int = 1
    """segments, the header among them"""
    surplus: int = 0
    """segments beyond the limit, which are not kept"""
    plain: bool = True

    def take(self, text: str, terminator: str, most: int, *, plain: bool) -> None:
        """Take a run of segments."""
        self.plain = self.plain and plain
        self.size += text.count(terminator)
        over = self.size - most
        if over > 0:
            text = "".join(terminator + segment for segment in text.split(terminator)[1:-over])
            self.size, self.surplus = most, self.surplus + over
        self.pieces.append(text)


class Stream(ABC):
    """Reads a file of interchanges; iterate over it for messages, and for groups and interchanges as they end.

    One bad message takes nothing with it: its faults are its own, and those of an envelope are the
    envelope's.
    """

    standard: ClassVar[Standard]
    default: ClassVar[Delimiters]
    tags: ClassVar[dict[Role, str]]
    """of the segments of which the envelopes are made"""
    texts: ClassVar[frozenset[str]]
    """segments with names, addresses and texts for people"""

    def __init__(
        self, source: bytes | BinaryIO = b"", limits: Limits | None = None, *, blocks: Iterable[Block] | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._blocks = blocks or Tokenizer(source, self.standard, self._limits)
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._body: Body | None = None
        self._outside = ""
        self._roles = {tag: role for role, tag in self.tags.items()}
        self._follow(self.default, "latin-1")

    def _follow(self, delimiters: Delimiters, charset: str) -> None:
        """Read on with these delimiters."""
        self._terminator, self._mark = delimiters.segment, delimiters.element
        split = Splitter(delimiters, charset)
        self._split: Callable[[str], Any] = split.x12 if self.standard == "x12" else split.edifact
        end, mark = re.escape(delimiters.segment), re.escape(delimiters.element)
        self._control = re.compile(f"{end}({'|'.join(self.tags.values())})(?={mark}|{end}|$)")

    def __iter__(self) -> Iterator[Item]:
        """Messages in order, each followed, once it has ended, by its group and its interchange."""
        for block in self._blocks:
            if block.trouble:
                yield from self._trouble(block)
            if block.header:
                yield from self._end_interchange()
                self._follow(block.delimiters, self._charset(block))
            yield from self._read(block)
        yield from self._end_interchange()
        if self._outside:
            stray = Fault("stray_segment", value=self._outside)
            yield Interchange(self.standard, self.default, faults=[stray])

    def _charset(self, block: Block) -> str:
        """The character set that the header declares."""
        return "latin-1"

    def _trouble(self, block: Block) -> Iterator[Item]:
        fault = Fault(block.trouble, detail=block.detail, expected=str(self._limits.segment))
        if self._interchange is None:
            yield Interchange(self.standard, block.delimiters, faults=[fault])
            return
        self._interchange.faults.append(fault)
        yield from self._end_interchange()

    def _read(self, block: Block) -> Iterator[Item]:
        text, terminator, done = block.text, self._terminator, 0
        for found in self._control.finditer(text):
            begin = found.start()
            if begin > done:
                self._collect(text[done:begin], block)
            done = text.find(terminator, found.end())
            if done < 0:
                done = len(text)
            raw = text[begin + len(terminator) : done]
            role = self._roles[found[1]]
            if role == "message" and self._interchange:
                if self._body:
                    yield self._end_message(self._interchange, self._body, "")
                self._body = Body(raw)
            elif role == "message end" and self._body and self._interchange:
                yield self._end_message(self._interchange, self._body, raw)
            else:
                yield from self._envelope(role, raw, block)
        if done < len(text):
            self._collect(text[done:], block)

    def _collect(self, text: str, block: Block) -> None:
        """Take a run of segments into the open message."""
        if self._body:
            self._body.take(text, self._terminator, self._limits.segments, plain=block.plain)
            return
        for raw in text.split(self._terminator)[1:]:
            self._stray(raw)

    def _envelope(self, role: Role, raw: str, block: Block) -> Iterator[Item]:
        """A segment that begins or ends a group or an interchange, or stands beside them."""
        segment = self._split(raw)
        if role == "interchange":
            yield from self._end_interchange()
            self._interchange = self._begin_interchange(segment, block)
        elif role == "interchange end":
            yield from self._end_interchange(segment)
        elif role == "group":
            yield from self._end_group()
            if self._interchange:
                self._group = self._begin_group(segment, self._interchange)
        elif role == "group end" and self._group:
            yield from self._end_group(segment)
        elif role == "receipt":
            if self._interchange and len(self._interchange.receipts) < self._limits.segments:
                self._interchange.receipts.append(segment)
        else:
            self._stray(raw)

    def _stray(self, raw: str) -> None:
        head = self._split(raw)[0]
        tag = head if isinstance(head, str) else str(head[0])
        if self._interchange is None:
            self._outside = self._outside or tag or "an empty segment"
        elif tag == RELEASING:
            detail = f"{tag} names a release character, which is not read: elements would be cut where none ends"
            self._interchange.fault("header_unreadable", detail=detail)
        elif len(self._interchange.faults) < self._limits.faults:
            self._interchange.fault("stray_segment", value=tag)

    def _end_interchange(self, trailer: Any = None) -> Iterator[Item]:
        yield from self._end_group()
        ended, self._interchange = self._interchange, None
        if ended is None:
            return
        if trailer is not None:
            self._judge_interchange(ended, trailer)
        elif not any(fault.fatal for fault in ended.faults):
            ended.fault("interchange_trailer_missing")
        yield ended

    def _end_group(self, trailer: Any = None) -> Iterator[Item]:
        if self._body and self._interchange:
            yield self._end_message(self._interchange, self._body, "")
        ended, self._group = self._group, None
        if ended is None or self._interchange is None:
            return
        if trailer is None:
            place = self._interchange.place(tag=self.tags["group end"])
            ended.faults.append(Fault("group_trailer_missing", place))
        else:
            self._judge_group(ended, trailer, self._interchange)
        yield ended

    def _end_message(self, interchange: Interchange, body: Body, trailer: str) -> Document:
        """The open message; without its trailer, where it has none."""
        self._body = None
        text = "".join((body.header, *body.pieces, self._terminator + trailer if trailer else ""))
        size = body.size + 1 if trailer else body.size
        document = self._begin_message(self._split(body.header), interchange, text, size)
        document.most_faults = self._limits.faults
        interchange.messages += 1
        if self._group:
            self._group.messages += 1
        if not document.type or not document.number:
            detail = f"{self.tags['message']} lacks its type or its number"
            document.fault("message_header_unreadable", 1, detail=detail)
        if body.surplus:
            document.fault("message_too_long", expected=str(self._limits.segments))
        if trailer:
            total = size + body.surplus
            if trailer != self._trailer(document.number, total) or not body.header.isascii():
                self._judge_message(document, self._split(trailer), total)
        else:
            document.fault("message_trailer_missing", size + 1, tag=self.tags["message end"])
        if not body.plain:
            self._judge_characters(document)
        return document

    def _trailer(self, number: str, size: int) -> str:
        """The trailer of a message, as it is mostly written."""
        return f"{self.tags['message end']}{self._mark}{size}{self._mark}{number}"

    def _judge_characters(self, document: Document) -> None:
        mark = document.interchange.delimiters.component
        held = enumerate(document.raw, start=1)
        suspect = [position for position, raw in held if not raw.isprintable() or LOST in raw]
        for position in suspect[: self._limits.faults]:
            raw, people = document.raw[position - 1], document.tag(position) in self.texts
            windows = of_windows(raw)
            for element, said in enumerate(self._split(raw)):
                whole = isinstance(said, str)
                for component, text in enumerate([said.replace(mark, "")] if whole else said, start=1):
                    code = judge_text(text, windows=windows, read_by_people=people)
                    if code:
                        document.fault(code, position, element, 0 if whole else component)

    @abstractmethod
    def _begin_interchange(self, header: Any, block: Block) -> Interchange: ...

    @abstractmethod
    def _judge_interchange(self, ended: Interchange, trailer: Any) -> None: ...

    @abstractmethod
    def _begin_group(self, header: Any, interchange: Interchange) -> Group: ...

    @abstractmethod
    def _judge_group(self, ended: Group, trailer: Any, interchange: Interchange) -> None: ...

    @abstractmethod
    def _begin_message(self, header: Any, interchange: Interchange, text: str, size: int) -> Document: ...

    @abstractmethod
    def _judge_message(self, ended: Document, trailer: Any, size: int) -> None: ...
