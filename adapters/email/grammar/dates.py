"""A strict grammar of dates: ISO dates, the customer's numeric form, and named months; never a guess.

A calendar week is not a date; a weekday that does not fit its date makes it unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from adapters.email.grammar.locales import Locale
from adapters.email.grammar.vocabulary import alternatives, fold, vocabulary

_NEAR = timedelta(days=270)
"""how far ahead a date without a year is understood"""
_MOST = 40
"""dates looked for in one line of text"""
_PAST = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of text that is meant as a date."""

    start: int
    end: int
    text: str


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    words = vocabulary()
    months, days = alternatives(words.months), alternatives(words.weekdays)
    year = r"(?P<year>\d{4}|'?\d{2}(?!\d))"
    weekday = rf"(?:(?<![^\W_])(?P<weekday>{days})\.?,?\s+(?:the\s+|den\s+|dem\s+|el\s+|le\s+)?)?"
    ordinal = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|[.:]?[ae]?)"
    before_year = r"(?:[ ,.-]{1,3}|\s+(?:de|del)\s+)"
    edge, end = r"(?<![\w./-])", r"(?![\w/]|[.-]\d|-[a-z])"
    return tuple(
        re.compile(weekday + form + end, re.ASCII | re.IGNORECASE)
        for form in (
            rf"{edge}(?P<y>\d{{4}})(?P<s>[-/.])(?P<m>\d{{2}})(?P=s)(?P<d>\d{{2}})(?:T\d\d:\d\d(?::\d\d)?)?",
            rf"{edge}(?P<a>\d{{1,2}})(?P<s>[./-])\s?(?P<b>\d{{1,2}})(?P=s)\s?(?P<year>\d{{4}}|\d{{2}}(?!\d))",
            rf"{edge}(?P<a>\d{{1,2}})(?P<s>/)(?P<b>\d{{1,2}})[ -](?P<year>\d{{4}})",
            rf"{edge}{ordinal}[ .-]{{0,2}}(?:of |de |d')?(?P<name>{months})(?![a-z])(?:\.?{before_year}{year})?",
            rf"{edge}(?P<name>{months})\.?[ -](?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? *[ ,-]{year})?",
            rf"{edge}(?P<a>\d{{1,2}})(?P<s>\.)\s?(?P<b>\d{{1,2}})\.(?P<year>(?!))?",
        )
    )


@cache
def _week() -> re.Pattern[str]:
    names = alternatives(vocabulary().weeks)
    return re.compile(
        rf"(?<![\w-])(?:(?:{names})\.?\s?\d{{1,2}}|\d{{4}}-?w\d{{2}})(?:\s?/\s?\d{{2,4}})?(?!\w)", re.ASCII
    )


def find(text: str) -> list[Found]:
    """The places in the text that look like dates, from left to right, none within another."""
    folded = fold(text)
    found: list[Found] = []
    for pattern in _patterns():
        for match in pattern.finditer(folded):
            if len(found) < _MOST and not any(
                match.start() < other.end and other.start < match.end() for other in found
            ):
                found.append(Found(match.start(), match.end(), text[match.start() : match.end()]))
    return sorted(found, key=lambda place: place.start)


def find_weeks(text: str) -> list[Found]:
    """Calendar weeks: they look like a date and are none."""
    return [Found(match.start(), match.end(), match.group()) for match in _week().finditer(fold(text))]


def readings(text: str, locales: Iterable[Locale], today: date | None = None) -> frozenset[date]:
    """Every day that the text names under these conventions."""
    folded = fold(text).strip()
    compact = re.fullmatch(r"(20\d\d)(\d\d)(\d\d)", folded)
    if compact:
        return _dates([(int(compact[1]), int(compact[2]), int(compact[3]))])
    for pattern in _patterns():
        match = pattern.fullmatch(folded)
        if match and not _is_month(folded):
            days = _of(match.groupdict(), tuple(locales), today)
            named = match.groupdict().get("weekday")
            wanted = vocabulary().weekdays[named] if named else None
            return frozenset(day for day in days if wanted is None or day.weekday() == wanted)
    return frozenset()


def _is_month(text: str) -> bool:
    """Whether a text such as ``Jan-27`` may be a month of a year, as workbooks write it."""
    return bool(re.fullmatch(r"[^\W\d_]+\.?-\d{1,2}", text))


def _of(groups: dict[str, str | None], locales: tuple[Locale, ...], today: date | None) -> frozenset[date]:
    if groups.get("y"):
        return _dates([(int(groups["y"] or 0), int(groups["m"] or 0), int(groups["d"] or 0))])
    if groups.get("name"):
        month, day = vocabulary().months[fold(groups["name"] or "")], int(groups["d"] or 0)
        return _with_year(groups.get("year"), [(month, day)], today)
    first, second, mark = int(groups["a"] or 0), int(groups["b"] or 0), groups["s"]
    orders = {order for locale in locales for separator, order in locale.orders if separator == mark}
    pairs = [(second, first) if order == "dmy" else (first, second) for order in orders]
    return _with_year(groups.get("year"), pairs, today)


def _with_year(year: str | None, pairs: Iterable[tuple[int, int]], today: date | None) -> frozenset[date]:
    if year:
        digits = year.strip("'")
        full = int(digits) + (2000 if len(digits) == 2 else 0)
        return _dates((full, month, day) for month, day in pairs)
    if today is None:
        return frozenset()
    near = _dates((today.year + ahead, month, day) for month, day in pairs for ahead in (-1, 0, 1))
    return frozenset(day for day in near if today - _PAST <= day <= today + _NEAR)


def _dates(parts: Iterable[tuple[int, int, int]]) -> frozenset[date]:
    found = set()
    for year, month, day in parts:
        try:
            found.add(date(year, month, day))
        except ValueError:
            continue
    return frozenset(day for day in found if 2000 <= day.year < 2100)
