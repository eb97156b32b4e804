"""Orders that say again what earlier ones of the file said, but for numbers, quantities and dates.

A partner orders the same articles for the same places again and again. The header of an order and each of its lines
are passages of text; one that was read in full, and was in order, is remembered by its text with the few values that
differ from order to order cut out. An order made of such passages alone is put together from what they said; every
other is read in full (docs/decisions/0007-familiar-orders.md).
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from adapters.edi.envelope import Document, Group, Interchange
from adapters.edi.faults import clean
from adapters.edi.kept import MOST as MOST_KEPT
from adapters.edi.kept import Kept
from adapters.edi.mapping import Meaning
from adapters.edi.passages import HOLE, Anatomy, CutOrder, OutOfTheOrdinary
from adapters.edi.values import day, decimal
from hub.messages.base import Wire
from hub.messages.customer_po import Line, Reference, Source, SubmitCustomerPo, Totals, Unmapped

M = TypeVar("M", bound=Wire)
K = TypeVar("K")
V = TypeVar("V")

_MOST_HEADERS, _MOST_ARTICLES = 512, 2048
"""passages of a kind that are remembered; when there are more, all are forgotten, and those still in use come back"""

_LONGEST = 2000
"""characters of a passage that is remembered"""


class _Piece(NamedTuple):
    """Something in a line that has no place in the order."""

    after: int
    """how many segments after the line's first"""
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class _Article:
    """What a line says but for its number, quantity and date."""

    said: dict[str, Any]
    named: set[str]
    size: int
    """segments"""
    unmapped: Sequence[_Piece] = ()


@dataclass(frozen=True, slots=True)
class _Header:
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
        unmapped: list[Unmapped] = []
        position = header.size + 1
        for passage, number, quantity, date in cut.lines:
            article = articles.get(passage)
            if article is None:
                raise OutOfTheOrdinary
            lines.append(_line(article, number, quantity, date))
            if article.unmapped:
                unmapped += _unmapped(article.unmapped, position)
            position += article.size
        if len({line[1] for line in cut.lines}) < len(lines) or len(header.unmapped) + len(unmapped) > MOST_KEPT:
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
        pieces = _by_passage(kept, sizes)
        if cut.header not in self._headers and self._whole(cut.header):
            header = _Header(
                vars(message) | {"lines": []}, message.model_fields_set, sizes[0], message.unmapped[: len(pieces[0])]
            )
            if _gives_back(message, _order, header, document, cut, message.lines, message.unmapped):
                _store(self._headers, cut.header, header, _MOST_HEADERS)
        for (passage, *values), line, size, beside in zip(cut.lines, message.lines, sizes[1:], pieces[1:], strict=True):
            if passage not in self._articles and self._whole(passage) and not line.schedule:
                article = _Article(vars(line), line.model_fields_set, size, beside)
                if _gives_back(line, _line, article, *values):
                    _store(self._articles, passage, article, _MOST_ARTICLES)

    def _whole(self, passage: str) -> bool:
        return len(passage) <= _LONGEST and self._uncut(passage)


def _by_passage(kept: Kept, sizes: list[int]) -> list[list[_Piece]]:
    """What is kept of an order, passage by passage; what is kept of its summary is in none."""
    begins = list(accumulate(sizes, initial=1))
    pieces: list[list[_Piece]] = [[] for _ in begins]
    for at, *said in kept.kept:
        passage = bisect(begins, at) - 1
        pieces[passage].append(_Piece(at - begins[passage], *said))
    return pieces[:-1]


def _line(article: _Article, number: str, quantity: str, date: str) -> Line:
    said = article.said.copy()
    said["line"] = _LINE_NUMBERS[number]
    said["quantity"] = _QUANTITIES[quantity]
    if date:
        said["requested_date"] = _DATES[date]
    return _made(Line, said, article.named)


def _order(
    header: _Header, document: Document, cut: CutOrder, lines: list[Line], unmapped: list[Unmapped]
) -> SubmitCustomerPo:
    source: Source = header.said["source"]
    origin = vars(source).copy()
    origin["control_numbers"] = [*source.control_numbers[:-1], clean(document.number)]
    said = header.said.copy()
    said["po_number"] = _number(cut.number)
    said["lines"] = lines
    said["totals"] = _TOTALS[len(lines)]
    said["source"] = _made(Source, origin, source.model_fields_set)
    said["unmapped"] = unmapped
    if cut.ordered:
        said["order_date"] = _DATES[cut.ordered]
    if cut.wanted:
        said["requested_date"] = _DATES[cut.wanted]
    if cut.references:
        known = header.said["references"]
        if len(known) != len(cut.references):
            raise OutOfTheOrdinary
        said["references"] = list(map(_reference, known, cut.references))
    return _made(SubmitCustomerPo, said, header.named)


def _reference(known: Reference, number: str) -> Reference:
    return _made(Reference, {"kind": known.kind, "value": _number(number)}, known.model_fields_set)


def _made(kind: type[M], said: dict[str, Any], named: set[str]) -> M:
    """``kind.model_construct(named, **said)``, many times as fast; values are known to be as the model wants them."""
    made: M = _new(kind)
    _put_values(made, said)
    _put_named(made, named)
    _put_extra(made, None)
    _put_private(made, None)
    return made


_new = object.__new__
_put_values, _put_named, _put_extra, _put_private = (
    BaseModel.__dict__[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


def _gives_back(said: Wire, make: Callable[..., Wire], *known: object) -> bool:
    """Whether what is about to be remembered gives back what was read."""
    try:
        return make(*known) == said
    except OutOfTheOrdinary:
        return False


def _store(known: dict[str, Any], passage: str, said: object, most: int) -> None:
    if len(known) >= most:
        known.clear()
    known[passage] = said


def _number(text: str) -> str:
    """The number of an order, or of what it refers to; a question of ours is out of the ordinary (R33)."""
    if not (0 < len(text) <= 22 and text.isascii() and text.isprintable() and text == text.strip()):
        raise OutOfTheOrdinary
    if text.startswith("Q-"):
        raise OutOfTheOrdinary
    return text


class _Memo(dict[K, V]):
    """What was made of values that come again and again; when there are too many, all are forgotten."""

    def __init__(self, make: Callable[[K], V], most: int) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, key: K) -> V:
        made = self._make(key)
        if len(self) >= self._most:
            self.clear()
        self[key] = made
        return made


def _line_number(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise OutOfTheOrdinary
    return text


def _quantity(text: str) -> str:
    value = decimal(text) if len(text) <= 12 else None
    if value is None or value[0] == "-":
        raise OutOfTheOrdinary
    return value


def _date(text: str) -> str:
    value = day(text) if len(text) == 8 else None
    if value is None or value[0] not in "12":
        raise OutOfTheOrdinary
    return value


_LINE_NUMBERS, _QUANTITIES, _DATES = _Memo(_line_number, 1024), _Memo(_quantity, 8192), _Memo(_date, 1024)
_TOTALS: _Memo[int, Totals] = _Memo(lambda lines: Totals(lines=lines), 1024)


def _unmapped(pieces: Sequence[_Piece], position: int) -> list[Unmapped]:
    """What a line says that has no place in the order, where its first segment has this position."""
    return [Unmapped(where=f"segment {position + after} {place}", text=text) for after, place, text in pieces]
