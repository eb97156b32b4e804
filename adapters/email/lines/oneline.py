"""One order line in one line of text: a row without headings, a bullet, a sentence.

A line counts when its quantity, price, date and product each stand out in exactly one way; what could be read in
two ways is marked, and the order goes to a person.
"""

from __future__ import annotations

import re
from functools import cache

from adapters.email.grammar import dates
from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary
from adapters.email.lines.header import find_po_numbers
from adapters.email.lines.oneline_amounts import take_bare_numbers, take_prices, take_quantity
from adapters.email.lines.oneline_product import take_product
from adapters.email.lines.rawline import RawLine
from adapters.email.lines.remainder import MASK, Remainder, led_by
from adapters.email.mail.document import Cell

BULLET = re.compile(r"^\s*(?:[-*•·–+>]|o|\(?[a-z]\))\s+")


@cache
def _position() -> re.Pattern[str]:
    lead = bounded(alternatives(vocabulary().phrases["line_lead"]))
    return re.compile(
        rf"^\s*(?:(?:{lead})\.?\s*(?:no|nr|n)?[.°:]?\s*(?P<a>\d{{1,4}})(?:\s*[:.)–-])?(?=\s)|(?P<b>\d{{1,4}})[.)](?=\s)|(?P<c>\d{{1,4}})(?=\s{{2,}}|\t|\s*\|))"
    )


@cache
def _date_lead() -> re.Pattern[str]:
    words = alternatives([*vocabulary().phrases["date"], *vocabulary().weekdays])
    return re.compile(rf"(?<![^\W_])(?:{words})\s*[:.,]?\s*$")


def read_line(cell: Cell, prose: bool = False) -> RawLine | None:
    """The order line in one line of text, or nothing when it is none; ``prose``: it is a piece of a sentence."""
    if not re.search(r"\d", cell.text):
        return None
    text = Remainder(cell)
    if _closes(cell.text):
        return None
    if vocabulary().says("void", cell.text):
        text.faults.append(("line_void", f"“{vocabulary().says('void', cell.text)}”: the line may not be wanted"))
    cells: dict[str, Cell] = {}
    for named in find_po_numbers(cell):
        start = named.place.offset - cell.offset
        cells["po_number"] = text.take(start, start + len(named.number))
    bullet = BULLET.match(text.left)
    if bullet:
        text.take(bullet.start(), bullet.end())
    _take_position(text, cells, bullet is not None)
    _take_dates(text, cells)
    take_prices(text, cells)
    quantity = take_quantity(text, cells, prose)
    if not quantity:
        return None
    take_bare_numbers(text, cells)
    take_product(text, cells)
    priced = "price" in cells
    if not (priced or ("part" in cells and ("date" in cells or bullet or "line" in cells))):
        return None
    return RawLine(cells, {}, (), tuple(text.faults), "line")


def _closes(text: str) -> bool:
    """Whether a line begins with a word for a sum."""
    kinds = ("total", "subtotal", "gross", "tax", "total_quantity", "count_lines")
    return any(vocabulary().patterns[kind].match(fold(text).strip()) for kind in kinds)


def _take_position(text: Remainder, cells: dict[str, Cell], bulleted: bool) -> None:
    start = len(text.left) - len(text.left.lstrip(MASK + " "))
    match = _position().match(fold(text.left[start:]))
    if match is None:
        return
    name = next(name for name in "abc" if match[name])
    at, end = start + match.start(name), start + match.end(name)
    if name == "c" and bulleted:
        return
    cells["line"] = text.cell.cut(at, end)
    text.take(start, start + match.end())


def _take_dates(text: Remainder, cells: dict[str, Cell]) -> None:
    for week in dates.find_weeks(text.left):
        text.faults.append(("date_unreadable", f"{week.text.strip()} is a week, not a day"))
    found = [place for place in dates.find(text.left) if not _is_number(text.left, place)]
    if len(found) > 1:
        led = [place for place in found if led_by(_date_lead(), text.left, place.start) is not None]
        found = led if len(led) == 1 else found
    if len(found) > 1:
        text.faults.append(("date_ambiguous", "more than one date in the line"))
    for place in found:
        lead = led_by(_date_lead(), text.left, place.start)
        if len(found) == 1:
            cells["date"] = text.cell.cut(place.start, place.end)
            if _is_bound(text.left, place.start if lead is None else lead, place.end):
                text.faults.append(("date_unreadable", f"“{place.text}” bounds the delivery, and is not its day"))
        text.take(place.start if lead is None else lead, place.end)


def _is_bound(text: str, start: int, end: int) -> bool:
    """Whether the words around a date say that it is not the day itself: "not before", "week of", "or later"."""
    words = alternatives(vocabulary().phrases["not_the_day"])
    before = re.search(rf"(?<![^\W_])(?:{words})[\s.:]*$", fold(text[max(0, start - 60) : start]))
    return bool(before or re.match(rf"[\s(,]*(?:{words})(?![^\W_])", fold(text[end : end + 60])))


def _is_number(text: str, place: dates.Found) -> bool:
    """Whether a date without a year rather looks like something else: ``3.1.`` in a standard's name."""
    bare = re.fullmatch(r"\d{1,2}\.\s?\d{1,2}\.", place.text.strip())
    return bool(bare) and led_by(_date_lead(), text, place.start) is None
