"""Reading components of an EDIFACT message: each value strictly, each fault at its place."""

from __future__ import annotations

import re

from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.envelope import Document
from adapters.edi.faults import clean
from adapters.edi.kept import Kept
from adapters.edi.splitting import Repeated
from adapters.edi.units import from_edifact
from adapters.edi.values import currency, day, edifact_decimal

_DAYS = {
    "2": re.compile("[0-9]{6}", re.ASCII),
    "3": re.compile("[0-9]{6}", re.ASCII),
    "101": re.compile("[0-9]{6}", re.ASCII),
    "102": re.compile("[0-9]{8}", re.ASCII),
    "201": re.compile("[0-9]{6}[0-9]{4}", re.ASCII),
    "202": re.compile("[0-9]{6}[0-9]{6}", re.ASCII),
    "203": re.compile("[0-9]{8}[0-9]{4}", re.ASCII),
    "204": re.compile("[0-9]{8}[0-9]{6}", re.ASCII),
    "301": re.compile("[0-9]{6}[0-9]{4}.{3}", re.ASCII),
    "303": re.compile("[0-9]{8}[0-9]{4}.{3}", re.ASCII),
    "304": re.compile("[0-9]{8}[0-9]{6}.{3}", re.ASCII),
}
"""Formats of dates (2379) that name one day, by what they look like"""

_SHORT = frozenset({"101", "201", "202", "301"})
_PERIODS = frozenset(
    map(
        str,
        [
            103,
            *range(105, 111),
            205,
            302,
            *range(305, 309),
            *range(401, 407),
            *range(501, 504),
            *range(600, 617),
            *range(701, 721),
            *range(801, 822),
        ],
    )
)
"""Formats of what is no day: weeks, months, times, spans, durations"""


def _year_first(text: str, form: str) -> str:
    """The day in a date of this format, year first; with the century where the format has it."""
    if form == "2":
        return text[4:] + text[2:4] + text[:2]
    if form == "3":
        return text[4:] + text[:4]
    return text[:6] if form in _SHORT else text[:8]


class Fields(Kept):
    """The components of one message; ``segment`` is always the segment with its position, from 1."""

    def __init__(self, document: Document, today: str) -> None:
        super().__init__(document)
        self._today = today

    def decimal(self, position: int, segment: Segment, element: int, component: int) -> str | None:
        """A decimal that is not negative; None where it is absent or, with a fault, cannot be read."""
        text = at(segment, element, component)
        if not text:
            return None
        value = edifact_decimal(text)
        if value is None:
            self.document.fault("number_invalid", position, element, component, value=text)
        elif value[0] == "-":
            self.document.fault("number_negative", position, element, component, value=text)
            return None
        return value

    def amount(self, position: int, segment: Segment, element: int, component: int) -> str | None:
        """An amount of money, which may be negative."""
        text = at(segment, element, component)
        value = edifact_decimal(text) if text else None
        if text and value is None:
            self.document.fault("number_invalid", position, element, component, value=text)
        return value

    def date(self, position: int, dtm: Segment) -> str | None:
        """The day that a DTM names; a period is kept as it is, what is no date is a fault."""
        text, form = at(dtm, 1, 2), at(dtm, 1, 3) or "102"
        if not text:
            return None
        pattern = _DAYS.get(form)
        if form in _PERIODS:
            self.document.fault("date_not_a_day", position, 1, 2, value=text)
            self.keep(position, dtm)
            return None
        value = None
        if pattern and pattern.fullmatch(text):
            value = day(_year_first(text, form), self._today)
            if text[8:12].strip("0") and form not in _SHORT:
                self.keep_text(position, "DTM", f"{at(dtm, 1)} at {text[8:10]}:{text[10:12]}")
        if value is None:
            self.document.fault("date_invalid", position, 1, 2, value=text, detail=f" in format {clean(form, 10)}")
        return value

    def unit(self, position: int, segment: Segment, element: int, component: int) -> str | None:
        """A unit of measure."""
        text = at(segment, element, component)
        value = from_edifact(text)
        if value is None:
            self.document.fault("unit_unknown", position, element, component, value=text)
        return value

    def currency(self, position: int, segment: Segment, element: int, component: int) -> str | None:
        """A currency code."""
        text = at(segment, element, component)
        value = currency(text) if text else None
        if text and value is None:
            self.document.fault("currency_unknown", position, element, component, value=text)
        return value

    def keep(self, position: int, segment: Segment, note: str = "") -> None:
        """Keep a segment for which the normalised order has no place."""
        text = clean("+".join(map(_written, segment)), 2000)
        self.keep_text(position, segment[0][0], f"{note}: {text}" if note else text)


def _written(element: list[str]) -> str:
    repetitions = [element, *element.others] if isinstance(element, Repeated) else [element]
    return "*".join(map(":".join, repetitions))
