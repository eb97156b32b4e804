"""The tokenizer: an interchange file as blocks of segments, in linear time and bounded memory (X12.6, ISO
9735).

The file is taken as bytes in Latin-1, which never fails and keeps every byte apart; only what holds other than ASCII
is decoded later.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from adapters.edi.delimiters import (
    HEADER_REACH,
    Delimiters,
    Header,
    HeaderError,
    Standard,
    discover_edifact,
    discover_x12,
    evenly_wrapped,
)
from adapters.edi.splitting import PADDING, tidy

CHUNK = 1 << 16
BOM = "\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken from one document, so that a hostile one does no harm."""

    segment: int = 1 << 16
    """characters that a segment may have"""
    segments: int = 100_000
    """segments of a message"""
    messages: int = 100_000
    """messages, groups and interchanges of a file; what is behind them is not read"""
    troubles: int = 100
    """places where no interchange can be read; behind the last of them reading ends"""
    faults: int = 200
    """faults listed per message"""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive segments of one interchange."""

    delimiters: Delimiters
    standard: Standard = "x12"
    text: str = ""
    """each segment with the terminator before it; line breaks between them are gone"""
    header: Header | None = None
    """on the first block of an interchange"""
    plain: bool = False
    """nothing but printable ASCII, delimiters aside"""
    trouble: str = ""
    """a code of the catalogue, where no more can be read"""
    detail: str = ""

    @property
    def segments(self) -> list[str]:
        """The segments, not yet split into elements."""
        return self.text.split(self.delimiters.segment)[1:] if self.text else []


_NOWHERE = Delimiters("", "", "")
_MARKS: dict[Standard, tuple[str, ...]] = {"x12": ("ISA",), "edifact": ("UNB", "UNA")}
"""with what an interchange of a standard begins"""
_STRANGER: dict[Standard, re.Pattern[str]] = {
    "x12": re.compile(r"ISA([^0-9A-Za-z ]{1,4}?)[\s\S]{0,2}\1"),
    "edifact": re.compile(
        r"UNB([^0-9A-Za-z]{1,4}?)[A-Z0-9]{4}[^0-9A-Za-z]{1,4}?[0-9]|UNA[\s\S]{6,24}?[ \r\n]*UNB[^0-9A-Za-z]"
    ),
}
"""how a header looks that begins an interchange of the other standard"""
_STRANGERS_REACH = 64
"""characters that are enough to know such a header"""


class Tokenizer:
    """Reads a file of interchanges; iterate over it for blocks of segments.

    All are of one standard, unless the file may be ``mixed``: then each is what its header says. That takes longer,
    and few files are.
    """

    def __init__(
        self, source: bytes | BinaryIO, standard: Standard, limits: Limits | None = None, *, mixed: bool = False
    ) -> None:
        self._source = io.BytesIO(source) if isinstance(source, bytes) else source
        self._limits = limits or Limits()
        self._mixed = mixed
        self._chunk = CHUNK >> 2 if mixed else CHUNK  # what is read ahead is searched anew behind every interchange
        self._read_as(standard)
        self._text = ""
        self._at = 0
        self._wrapped = False
        self._troubles = 0

    def __iter__(self) -> Iterator[Block]:
        """Blocks of segments; the first block of every interchange carries its header."""
        while True:
            self._skip_padding()
            if self._at >= len(self._text):
                return
            self._reach(8 * HEADER_REACH)
            if self._text.startswith(BOM, self._at):
                self._at += len(BOM)
                continue
            if self._mixed and self._text.startswith(_MARKS[self._other], self._at):
                self._read_as(self._other)
            if self._text.startswith(("UNA", self._mark), self._at):
                yield from self._interchange()
            else:
                yield from self._resume("unreadable", f"it begins with {self._text[self._at : self._at + 20]!a}")

    def _read_as(self, standard: Standard) -> None:
        """Take what comes for interchanges of this standard."""
        self._standard: Standard = standard
        self._other: Standard = "edifact" if standard == "x12" else "x12"
        self._mark = _MARKS[standard][0]
        self._discover = discover_x12 if standard == "x12" else discover_edifact

    def _more(self) -> bool:
        """Read on, and forget what is behind the present position."""
        chunk = self._source.read(self._chunk)
        if not chunk:
            return False
        text = chunk.decode("latin-1")
        if self._wrapped:
            text = text.replace("\r", "").replace("\n", "")
        self._text = self._text[self._at :] + text
        self._at = 0
        return True

    def _reach(self, length: int) -> None:
        while len(self._text) - self._at < length and self._more():
            pass

    def _skip_padding(self) -> None:
        while self._text[self._at : self._at + 1] in PADDING:
            rest = len(self._text) - len(self._text[self._at :].lstrip(PADDING))
            self._at = rest
            if rest < len(self._text) or not self._more():
                return

    def _resume(self, trouble: str, detail: str) -> Iterator[Block]:
        """Report what cannot be read, and go on at the next header that begins a line."""
        yield Block(_NOWHERE, self._standard, trouble=trouble, detail=detail)
        self._troubles += 1
        if self._troubles >= self._limits.troubles:
            self._source, self._text, self._at = io.BytesIO(), "", 0
            return
        self._at = min(self._at + 1, len(self._text))
        while True:
            marks = _MARKS[self._standard] + (_MARKS[self._other] if self._mixed else ())
            places = [self._text.find("\n" + mark, self._at) for mark in marks]
            found = min((place for place in places if place >= 0), default=-1)
            if found >= 0:
                self._at = found + 1
                return
            self._at = max(self._at, len(self._text) - 4)
            if not self._more():
                self._at = len(self._text)
                return

    def _interchange(self) -> Iterator[Block]:
        try:
            header = self._discover(self._text[self._at : self._at + HEADER_REACH])
            sample = self._text[self._at : self._at + 8 * HEADER_REACH]
            if header.wrapped or evenly_wrapped(sample, header.delimiters.segment):
                self._wrapped = True
                self._text = self._text[self._at :].replace("\r", "").replace("\n", "")
                self._at = 0
                header = self._discover(self._text[:HEADER_REACH])
        except HeaderError as trouble:
            yield from self._resume("header_unreadable", str(trouble))
            return
        self._at += header.start
        first: Header | None = header
        search = self._at + 3
        while True:
            end, complete = self._next_boundary(search, header.delimiters)
            if self._mixed:
                end, complete = self._before_stranger(search, header.delimiters, end, complete)
            if end > self._at:
                while self._text[end : end + 1] in ("\r", "\n"):
                    end += 1
                raw, self._at = self._text[self._at : end], end
                yield self._block(raw, header, first)
                first = None
            if complete:
                return
            if len(self._text) - self._at > self._limits.segment:
                yield from self._resume("segment_too_long", "")
                return
            if not self._more():
                raw, self._at = self._text[self._at :], len(self._text)
                if raw.strip(PADDING) or first:
                    yield self._block(raw, header, first)
                return
            search = self._at + 3 if first else self._at

    def _next_boundary(self, search: int, delimiters: Delimiters) -> tuple[int, bool]:
        """How far whole segments of this interchange reach, and whether another interchange begins there."""
        text, terminator = self._text, delimiters.segment
        at = text.find(self._mark, search)
        while at >= 0 and at + 4 <= len(text):
            begin = at
            if self._mark == "UNB":
                before = text[max(self._at, at - 16) : at].rstrip(" \r\n")
                if before[-9:-6] == "UNA":
                    begin = at - len(text[max(self._at, at - 16) : at]) + len(before) - 9
            begin = _before_mark(text, begin)
            if not text[at + 3].isalnum() and _is_boundary(text, self._at, begin, delimiters):
                return begin, True
            at = text.find(self._mark, at + 3)
        end = text.rfind(terminator, self._at)
        while end >= 0 and _released(text, self._at, end, delimiters.release):
            end = text.rfind(terminator, self._at, end)
        if end < 0:
            return self._at, False
        end += len(terminator)
        advice = text.find("UNA", max(self._at, end - 16)) if self._mark == "UNB" else -1
        if advice > search and _is_boundary(text, self._at, advice, delimiters):
            # an advice whose UNB has not been read yet: its apostrophe ends no segment of this interchange
            return advice, False
        return end, False

    def _before_stranger(self, search: int, delimiters: Delimiters, end: int, complete: bool) -> tuple[int, bool]:
        """The same, unless an interchange of the other standard begins before; one whose header has not been read in
        full yet ends no interchange.
        """
        text = self._text
        limit = end if complete else len(text)
        for mark in _MARKS[self._other]:
            at = text.find(mark, search, limit + 3)
            while 0 <= at < limit:
                begin = _before_mark(text, at)
                if _is_boundary(text, self._at, begin, delimiters):
                    begins = bool(_STRANGER[self._other].match(text, at))
                    if begins or len(text) - at < _STRANGERS_REACH:
                        end, complete, limit = begin, begins, begin
                        break
                at = text.find(mark, at + 3, limit + 3)
        return end, complete

    def _block(self, raw: str, header: Header, first: Header | None) -> Block:
        text, plain = tidy(raw, header.delimiters)
        return Block(header.delimiters, self._standard, text, first, plain)


def _released(text: str, start: int, at: int, release: str) -> bool:
    """Whether the character at this place has lost its meaning to an odd number of release characters before
    it.
    """
    if not release:
        return False
    count = 0
    while at - count - 1 >= start and text[at - count - 1] == release:
        count += 1
    return count % 2 == 1


def _before_mark(text: str, at: int) -> int:
    """The place, or that of the byte order mark before it, which a file brings along into the one it is put in."""
    return at - len(BOM) if text.endswith(BOM, 0, at) else at


def _is_boundary(text: str, start: int, at: int, delimiters: Delimiters) -> bool:
    """Whether a segment has just ended here; line breaks may stand between.

    A trailer (IEA, UNZ) on a line of its own ends with the line, though its terminator was forgotten.
    """
    terminator = delimiters.segment
    if at == start:
        return True
    if text[at - 1] in "\r\n":
        begin = text.rfind(terminator, max(start, at - 80), at)
        last = text[begin + len(terminator) : at] if begin >= 0 else ""
        if last.lstrip().startswith(("IEA" + delimiters.element, "UNZ" + delimiters.element)):
            return True
    while at > start and text[at - 1] in " \r\n\t\x00\x1a" and not text.startswith(terminator, at - len(terminator)):
        at -= 1
    at -= len(terminator)
    return at >= start and text.startswith(terminator, at) and not _released(text, start, at, delimiters.release)
