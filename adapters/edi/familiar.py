"""Orders that say again what earlier ones of the file said, but for numbers, quantities and dates.

A partner orders the same articles for the same places again and again. The header of an order and each of its lines
are passages of text; one that was read in full, and was in order, is remembered by its text with the few values that
differ from order to order cut out. An order made of such passages alone is put together from what they said; every
other is read in full (docs/decisions/0007-familiar-orders.md).
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

from adapters.edi.delimiters import Delimiters
from adapters.edi.envelope import Document, Group, Interchange
from adapters.edi.faults import clean
from adapters.edi.kept import MOST as MOST_KEPT
from adapters.edi.kept import Kept
from adapters.edi.mapping import Meaning
from adapters.edi.values import day, decimal
from hub.messages.base import Wire
from hub.messages.customer_po import Line, Reference, Source, SubmitCustomerPo, Totals, Unmapped

M = TypeVar("M", bound=Wire)

HOLE = "\x00"
"""marks in a passage where a value was cut out; a document that has it itself is read in full"""

_MOST = 4096
"""passages of a kind that are remembered; when there are more, all are forgotten, and those still in use come back"""

_LONGEST = 4000
"""characters of a passage that is remembered"""


class OutOfTheOrdinary(ValueError):
    """The order has to be read in full."""


CutLine = tuple[str, str, str, str]
"""The text of a line with three values cut out of it, and these: its number, its quantity, and the date on which it is
wanted, which is empty where it has none of its own"""


class CutOrder(NamedTuple):
    """The text of an order: that of its header, with the values that follow cut out of it, and its lines."""

    header: str
    number: str
    ordered: str
    wanted: str
    references: list[str]
    lines: list[CutLine]

    def values(self) -> Iterator[str]:
        """All that was cut out."""
        yield from (self.number, self.ordered, self.wanted, *self.references)
        for line in self.lines:
            yield from line[1:]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """How the orders of a standard are cut into passages."""

    type: str
    """the document"""
    cutter: Callable[[Delimiters], Callable[[Document], CutOrder]]
    """gives what cuts a document; raises OutOfTheOrdinary for one that cannot be"""
    uncut: Callable[[Delimiters], Callable[[str], bool]]
    """gives what tells whether nothing is left in a passage that means the same as what was cut out of it"""


class _Piece(NamedTuple):
    """Something in a line that has no place in the order."""

    after: int
    """how many segments after the line's first"""
    place: str
    text: str


class _Article(NamedTuple):
    """What a line says but for its number, quantity and date."""

    said: dict[str, Any]
    named: set[str]
    size: int
    """segments"""
    unmapped: Sequence[_Piece] = ()


class _Header(NamedTuple):
    """What an order says but for its lines, and for what was cut out of its header."""

    said: dict[str, Any]
    named: set[str]
    size: int
    """segments, that with which the document begins among them"""
    unmapped: list[Unmapped]


class Familiar:
    """What the orders of one group said so far, passage by passage."""

    def __init__(self, anatomy: Anatomy) -> None:
        self._anatomy = anatomy
        self._headers: dict[str, _Header] = {}
        self._articles: dict[str, _Article] = {}
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._version = ""
        self._alone = True
        self.recognised = self.read_in_full = 0
        """orders that were made of familiar passages, and others"""

    def read(self, document: Document) -> Meaning | None:
        """What an order says that is made of familiar passages; None where it has to be read in full."""
        if document.type != self._anatomy.type or document.faults:
            return None
        if (
            document.interchange is not self._interchange
            or document.group is not self._group
            or document.version != self._version
        ):
            self._begin(document)
            return None
        self._alone = False
        try:
            message = self._message(document, self._passages(document))
        except OutOfTheOrdinary:
            self.read_in_full += 1
            return None
        self.recognised += 1
        return Meaning("new_po", (message,), None, f"{document.type} {message.po_number}")

    def _begin(self, document: Document) -> None:
        """Forget what was said in another group, or in another version."""
        self._interchange, self._group, self._version = document.interchange, document.group, document.version
        self._headers, self._articles, self._alone = {}, {}, True
        self._cut = self._anatomy.cutter(document.interchange.delimiters)
        self._uncut = self._anatomy.uncut(document.interchange.delimiters)

    def _passages(self, document: Document) -> CutOrder:
        if HOLE in document.text:
            raise OutOfTheOrdinary
        return self._cut(document)

    def _message(self, document: Document, cut: CutOrder) -> SubmitCustomerPo:
        header, articles = self._headers.get(cut.header), self._articles
        if header is None:
            raise OutOfTheOrdinary
        lines: list[Line] = []
        numbers = set()
        unmapped: list[Unmapped] = []
        position = header.size + 1
        for passage, number, quantity, date in cut.lines:
            if passage not in articles:
                raise OutOfTheOrdinary
            article = articles[passage]
            lines.append(_line(article, number, quantity, date))
            numbers.add(number)
            if article.unmapped:
                unmapped += _unmapped(article.unmapped, position)
            position += article.size
        if len(numbers) < len(lines) or len(header.unmapped) + len(unmapped) > MOST_KEPT:
            raise OutOfTheOrdinary
        return _order(header, document, cut, lines, [*header.unmapped, *unmapped])

    def remember(self, document: Document, meaning: Meaning, kept: Kept) -> None:
        """Remember the passages of an order that was read in full, unless something in it is out of the ordinary."""
        message = meaning.messages[0] if meaning.intent == "new_po" and meaning.messages else None
        if not isinstance(message, SubmitCustomerPo) or document.type != self._anatomy.type or document.faults:
            return
        if self._alone:  # most files hold one order, which there is no need to remember
            return
        if len(kept.kept) >= MOST_KEPT:  # more of it may have been left out
            return
        try:
            cut = self._passages(document)
        except OutOfTheOrdinary:
            return
        end = document.interchange.delimiters.segment
        if any(end in value for value in cut.values()):
            return
        sizes = [passage.count(end) + 1 for passage in (cut.header, *(line[0] for line in cut.lines))]
        begins = list(accumulate(sizes, initial=1))
        pieces: list[list[_Piece]] = [[] for _ in sizes]
        for at, *said in kept.kept:
            place = bisect(begins, at) - 1
            if place < len(pieces):
                pieces[place].append(_Piece(at - begins[place], *said))
        if cut.header not in self._headers and self._whole(cut.header):
            header = _Header(
                vars(message) | {"lines": []}, message.model_fields_set, sizes[0], message.unmapped[: len(pieces[0])]
            )
            if _gives_back(message, _order, header, document, cut, message.lines, message.unmapped):
                _store(self._headers, cut.header, header)
        for (passage, *values), line, size, beside in zip(
            cut.lines, message.lines, sizes[1:], pieces[1:], strict=True
        ):
            if passage not in self._articles and self._whole(passage) and not line.schedule:
                article = _Article(vars(line), line.model_fields_set, size, beside)
                if _gives_back(line, _line, article, *values):
                    _store(self._articles, passage, article)

    def _whole(self, passage: str) -> bool:
        return len(passage) <= _LONGEST and self._uncut(passage)


def date_cutter(beginning: str, end: str, form: str = "") -> Callable[[str], tuple[str, str]]:
    """What cuts the last date of a kind out of a passage, and gives both; the segment begins in this way, which is left
    in the passage, and behind the date comes its form. Where there is none the date is empty.
    """
    hole = beginning.replace(end, end + HOLE, 1)

    def cut(text: str) -> tuple[str, str]:
        before, found, behind = text.rpartition(beginning)
        if found and behind.startswith(form, 8):
            return f"{before}{hole}{behind[8:]}", behind[:8]
        return text, ""

    return cut


def cut_references(text: str, beginning: str, mark: str, end: str, others: Sequence[str] = ()) -> tuple[str, list[str]]:
    """A header with the values of its references cut out of it, and these; a segment of a reference begins in this way,
    and between its kind and its value stands the mark. A value has none of the others in it.
    """
    if beginning not in text:
        return text, []
    before, *pieces = text.split(beginning)
    kept, values = [before], []
    for piece in pieces:
        said, ended, rest = piece.partition(end)
        kind, found, value = said.partition(mark)
        if not found or mark in value or any(other in value for other in others):
            return text, []
        kept += beginning, kind, mark, HOLE, ended, rest
        values.append(value)
    return "".join(kept), values


def _line(article: _Article, number: str, quantity: str, date: str) -> Line:
    said = {**article.said, "line": _line_number(number), "quantity": _quantity(quantity)}
    if date:
        said["requested_date"] = _date(date)
    return _made(Line, said, article.named)


def _order(
    header: _Header, document: Document, cut: CutOrder, lines: list[Line], unmapped: list[Unmapped]
) -> SubmitCustomerPo:
    source: Source = header.said["source"]
    numbers = [*source.control_numbers[:-1], clean(document.number)]
    said = {
        **header.said,
        "po_number": _number(cut.number),
        "lines": lines,
        "totals": _totals(len(lines)),
        "source": _made(Source, vars(source) | {"control_numbers": numbers}, source.model_fields_set),
        "unmapped": unmapped,
    }
    if cut.ordered:
        said["order_date"] = _date(cut.ordered)
    if cut.wanted:
        said["requested_date"] = _date(cut.wanted)
    if cut.references:
        known = header.said["references"]
        if len(known) != len(cut.references):
            raise OutOfTheOrdinary
        said["references"] = [
            _made(Reference, {"kind": one.kind, "value": _number(text)}, one.model_fields_set)
            for one, text in zip(known, cut.references, strict=True)
        ]
    return _made(SubmitCustomerPo, said, header.named)


def _made(kind: type[M], said: dict[str, Any], named: set[str]) -> M:
    """``kind.model_construct(named, **said)``, many times as fast; values are known to be as the model wants them."""
    made: M = _new(kind)
    _put(made, "__dict__", said)
    _put(made, "__pydantic_fields_set__", named)
    _put(made, "__pydantic_extra__", None)
    _put(made, "__pydantic_private__", None)
    return made


_new, _put = object.__new__, object.__setattr__


def _gives_back(said: Wire, make: Callable[..., Wire], *known: object) -> bool:
    """Whether what is about to be remembered gives back what was read."""
    try:
        return make(*known) == said
    except OutOfTheOrdinary:
        return False


def _store(known: dict[str, Any], passage: str, said: object) -> None:
    if len(known) >= _MOST:
        known.clear()
    known[passage] = said


def _number(text: str) -> str:
    """The number of an order, or of what it refers to; a question of ours is out of the ordinary (R33)."""
    if not (0 < len(text) <= 22 and text.isascii() and text.isprintable() and text == text.strip()):
        raise OutOfTheOrdinary
    if text.startswith("Q-"):
        raise OutOfTheOrdinary
    return text


@lru_cache(maxsize=1024)
def _line_number(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise OutOfTheOrdinary
    return text


@lru_cache(maxsize=8192)
def _quantity(text: str) -> str:
    value = decimal(text) if len(text) <= 12 else None
    if value is None or value[0] == "-":
        raise OutOfTheOrdinary
    return value


@lru_cache(maxsize=1024)
def _date(text: str) -> str:
    value = day(text) if len(text) == 8 else None
    if value is None or value[0] not in "12":
        raise OutOfTheOrdinary
    return value


@lru_cache(maxsize=1024)
def _totals(lines: int) -> Totals:
    return Totals(lines=lines)


def _unmapped(pieces: Sequence[_Piece], position: int) -> list[Unmapped]:
    """What a line says that has no place in the order, where its first segment has this position."""
    return [Unmapped(where=f"segment {position + after} {place}", text=text) for after, place, text in pieces]
