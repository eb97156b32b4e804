"""Lines that say again what an earlier line of the file said, but for its number, its quantity and its date.

A partner orders the same articles again and again. What such a line says of the article was read and checked the first
time, so that only those three are read the next time. A line is remembered by its text, and only if nothing was wrong
with it; whatever is out of the ordinary is read in full every time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from adapters.edi.delimiters import Delimiters
from adapters.edi.envelope import Document
from adapters.edi.values import day, decimal
from hub.messages.customer_po import Line, SubmitCustomerPo

_MOST = 4096
"""articles that are remembered; when there are more, all are forgotten, and those still in use come back"""

_LONGEST = 2000
"""characters of a line that is remembered"""


class Cut(NamedTuple):
    """The text of a line, with its number, quantity and date cut out of it."""

    article: str
    number: str
    quantity: str
    date: str = ""
    """CCYYMMDD, where the line has one date, that on which it is wanted"""


@dataclass(frozen=True, slots=True)
class Form:
    """How lines stand in the orders of a standard."""

    type: str
    """the document"""
    line: str
    """tag of the segment with which every line begins"""
    end: str
    """tag of the segment with which the lines end"""
    summary: tuple[str, ...]
    """tags of those that may stand behind it"""
    trailer: str
    cutter: Callable[[Delimiters], Callable[[str], Cut | None]]
    """what cuts a line's text: its segments with terminators between them, without the first tag"""


class Article(NamedTuple):
    """What a line says of its article, and what of that has no place in the order."""

    line: Line
    priced: dict[str, str]
    """unit, price and price basis, which totals are checked with"""
    unmapped: tuple[tuple[int, str, str], ...]
    """how many segments after the first, the place there, and the text"""


class Repeat(NamedTuple):
    """A line that says again what an earlier one said, with values of its own."""

    article: Article
    values: dict[str, str]

    def line(self) -> dict[str, Any]:
        """As much of the line as is looked at while the order is put together; ``finished`` gives the whole."""
        return {**self.article.priced, **self.values, "_repeat": self}


def finished(line: dict[str, Any]) -> dict[str, Any] | Line:
    """A line as it goes into the message: one that repeats another is that one with values of its own."""
    if "_repeat" not in line:
        return line
    article, values = line["_repeat"]
    return _copy(article.line, values)


def _copy(line: Line, values: dict[str, str]) -> Line:
    """``model_copy(update=values)``, several times as fast; values are known to be as the model wants them."""
    copy, put = Line.__new__(Line), object.__setattr__
    put(copy, "__dict__", {**line.__dict__, **values})
    put(copy, "__pydantic_fields_set__", line.__pydantic_fields_set__)
    put(copy, "__pydantic_extra__", None)
    put(copy, "__pydantic_private__", None)
    return copy


class Repeats:
    """The articles of the orders of one sender, as long as version and delimiters are the same."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._articles: dict[str, Article] = {}
        self._read_as: object = None
        self._cut: Callable[[str], Cut | None] = lambda text: None
        self.recognised = self.lines = 0
        """lines of orders so far, and how many of them said what an earlier one had said"""

    def recognise(self, document: Document) -> None:
        """Put a Repeat for every line of the document that says what an earlier one said."""
        if document.type != self._form.type:
            return
        read_as = document.interchange, document.version
        if read_as != self._read_as:
            self._articles, self._read_as = {}, read_as
            self._cut = self._form.cutter(document.interchange.delimiters)
        raw, split, done = document.raw, document.split, 0
        items: list[tuple[int, Any]] = []
        for begin, end, text in self._lines(document):
            self.lines += 1
            cut = self._cut(text)
            article = self._articles.get(cut[0]) if cut else None
            values = _values(cut) if cut and article else None
            if article and values:
                self.recognised += 1
                if done < begin:
                    items += enumerate(map(split, raw[done:begin]), start=done + 1)
                items.append((begin + 1, Repeat(article, values)))
                done = end
        items += enumerate(map(split, raw[done:]), start=done + 1)
        document.to_read = items

    def _lines(self, document: Document) -> Iterator[tuple[int, int, str]]:
        """Where lines begin and end in the segments, with their text behind the first tag; none where that is not plain
        to see.
        """
        form, marks = self._form, document.interchange.delimiters
        terminator, line = marks.segment, marks.segment + form.line
        if not document.raw[-1].startswith(form.trailer):
            return
        text = terminator.join(document.raw[:-1])
        ending = terminator + form.end
        text, found, summary = text.partition(ending)
        if found and not all(segment.startswith(form.summary) for segment in summary.split(terminator)[1:]):
            return
        header, *lines = text.split(line + marks.element)
        if text.count(line) != len(lines):
            return
        end = header.count(terminator) + 1
        for said in lines:
            begin, end = end, end + said.count(terminator) + 1
            yield begin, end, said

    def remember(
        self,
        document: Document,
        message: SubmitCustomerPo,
        positions: Sequence[int],
        unmapped: Sequence[tuple[int, str, str]],
    ) -> None:
        """Remember those lines of a message that were read in full and without a fault.

        ``positions`` are where its lines begin; ``unmapped`` are position, place and text of what had no place in it.
        """
        unsure = document.rejected or len(document.faults) >= document.most_faults
        if document.type != self._form.type or unsure:
            return
        known = {position for position, item in document.to_read if type(item) is Repeat}
        if len(known) == len(positions):
            return
        lines = {at: line for at, line in zip(positions, message.lines, strict=True) if at not in known}
        faulty = {fault.place.segment for fault in document.faults}
        kept: dict[int, list[tuple[int, str, str]]] = {}
        for at, place, said in unmapped:
            begin = positions[max(0, bisect_right(positions, at) - 1)]
            kept.setdefault(begin, []).append((at - begin, place, said))
        for begin, end, text in self._lines(document):
            line = lines.get(begin + 1)
            if line is None or len(text) > _LONGEST or not faulty.isdisjoint(range(begin + 1, end + 1)):
                continue
            cut = self._cut(text)
            if cut is None or cut.article in self._articles or not _as_cut(line, cut):
                continue
            if len(self._articles) >= _MOST:
                self._articles.clear()
            beside = tuple(entry for entry in kept.get(begin + 1, ()) if entry[0] < end - begin)
            self._articles[cut.article] = Article(line, _priced(line), beside)


def _values(cut: Cut) -> dict[str, str] | None:
    """What was cut out of a line, read; None where it is not as plain as it mostly is, and has to be read in full."""
    if len(cut.number) > 6 or len(cut.quantity) > 12 or len(cut.date) > 8:
        return None
    number, quantity = _number(cut.number), _quantity(cut.quantity)
    if number is None or quantity is None:
        return None
    if not cut.date:
        return {"line": number, "quantity": quantity}
    date = _date(cut.date)
    return {"line": number, "quantity": quantity, "requested_date": date} if date else None


@lru_cache(maxsize=1024)
def _number(text: str) -> str | None:
    return text if text.isascii() and text.isdecimal() else None


@lru_cache(maxsize=8192)
def _quantity(text: str) -> str | None:
    value = decimal(text)
    return None if value is None or value[0] == "-" else value


@lru_cache(maxsize=1024)
def _date(text: str) -> str | None:
    value = day(text) if len(text) == 8 else None
    return value if value and value[0] in "12" else None


def _as_cut(line: Line, cut: Cut) -> bool:
    """Whether what was cut out of a line is what the line says."""
    values = _values(cut)
    if values is None or line.schedule:
        return False
    return all(getattr(line, name) == said for name, said in values.items())


def _priced(line: Line) -> dict[str, str]:
    found = {"unit": line.unit, "price_basis": line.price_basis}
    if line.unit_price is not None:
        found["unit_price"] = line.unit_price
    return found
