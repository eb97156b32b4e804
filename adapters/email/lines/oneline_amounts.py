"""The quantity, the prices and the amounts in one line of text."""

from __future__ import annotations

import re
from functools import cache

from adapters.email.grammar import amounts
from adapters.email.grammar.units import unit_code
from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary
from adapters.email.lines.remainder import MASK, Remainder, led_by, stands_alone
from adapters.email.mail.document import Cell


@cache
def _price_words() -> re.Pattern[str]:
    return re.compile(
        bounded(alternatives([w for w in vocabulary().phrases["price_lead"] if w.isalnum() and len(w) > 2]))
        + r"\s*[:.]?\s*$"
    )


def take_prices(text: Remainder, cells: dict[str, Cell]) -> None:
    """Take the price out of the line, and the amount where two sums of money are there."""
    found = list(amounts.prices(text.left))
    if not found:
        return
    if len(found) == 2:
        led = [price for price in found if price.unit or price.basis or (price.led and price.currency)]
        first = led[0] if len(led) == 1 else found[0]
        cells["price"] = _priced(text, first)
        cells["amount"] = _priced(text, found[1] if first is found[0] else found[0])
        return
    if len(found) > 2:
        text.faults.append(("price_ambiguous", "more than two amounts of money in the line"))
    price = found[0]
    if not (price.led or price.unit or price.basis):
        said = text.left[price.start : price.end].strip()
        text.faults.append(("price_unlabelled", f"nothing says whether “{said}” is for one or for all"))
    cells["price"] = _priced(text, price)


@cache
def _per() -> re.Pattern[str]:
    words = alternatives(
        [word for word in vocabulary().phrases["per"] if len(word) > 1 and word not in ("la", "le", "les", "el")]
    )
    return re.compile(rf"\s?(?:/|(?:{words})(?![^\W_]))\s*[^\W\d]")


def _has_cents(number: str) -> bool:
    return bool(re.search(r"[.,]\d{1,4}$", number))


def _priced(text: Remainder, price: amounts.Price) -> Cell:
    after = fold(text.left[price.end :])
    if _per().match(after) or re.match(r"\s*(?:hundred|thousand|dozen|hundert|tausend|dutzend|cent|mille)\b", after):
        text.faults.append(("price_basis_unknown", "what the price is for is not a unit that the hub knows"))
    lead = led_by(_price_words(), text.left, price.start)
    cell = text.cell.cut(price.start, price.end)
    text.take(price.start if lead is None else lead, price.end)
    return cell


def take_quantity(text: Remainder, cells: dict[str, Cell], prose: bool) -> bool:
    """Take the quantity out of the line; whether there is one."""
    found = amounts.quantities(text.left)
    if len(found) > 1:
        standing = [place for place in found if place.led or stands_alone(text.left, place.start, place.end)]
        found = standing or found
        if len(found) > 1:
            first = [place for place in found if not text.left[: place.start].strip(MASK + " ")]
            found = first if len(first) == 1 and not any(place.led for place in found) else found
    if len(found) > 1:
        text.faults.append(("quantity_ambiguous", "more than one quantity in the line"))
    if not found:
        return _take_bare_quantity(text, cells, prose)
    place = found[0]
    if _is_vague(text.left[: place.start]):
        text.faults.append(("quantity_ambiguous", f"what stands before “{place.number}” makes it uncertain"))
    raw = fold(text.left[place.start : place.end])
    times = raw.rstrip().endswith(("x", "×")) and not place.unit
    number = re.search(re.escape(fold(place.number)), raw)
    start = place.start + (number.start() if number else 0)
    cells["quantity"] = text.cell.cut(start, place.end - (1 if times else 0))
    text.take(place.start, place.end)
    return True


_MORE = re.compile(
    r"(?<![\w.,/-])\d[\d.,]*(?:\s*(?:to|bis|or|oder|ou|o|a|al|tot|till|-|x|×|/)|"
    r"\s+[^\W\d]{3,}(?:\s+(?:of|zu|je|a|de|van|von|av|med|mit|with|con|containing))+)?\s*$"
)
"""another number before a quantity: a range, boxes of so many, a number with a space in it"""


def _is_vague(before: str) -> bool:
    """Whether a quantity is only about right, or part of a larger expression, by what stands before it."""
    text = fold(before).replace(MASK, "\n")
    words = alternatives(vocabulary().phrases["vague"])
    return bool(_MORE.search(text) or re.search(rf"(?<![^\W_])(?:{words})[\s.:]*$", text))


def _take_bare_quantity(text: Remainder, cells: dict[str, Cell], prose: bool) -> bool:
    """A quantity without unit, in a line with a price: a whole number that stands alone, or before a product."""
    alone = [m for m in re.finditer(amounts.NUMBER, text.left) if stands_alone(text.left, m.start(), m.end())]
    whole = [m for m in alone if re.fullmatch(r"\d{1,6}|\d{1,3}(?:[ .,']\d{3})+", m.group())]
    if not whole and "price" in cells:
        return _take_before_code(text, cells, prose)
    if len(whole) != 1 or "price" not in cells:
        return False
    if _units_left(text.left):
        text.faults.append(("unit_ambiguous", "a word for a unit stands apart from the quantity"))
    cells["quantity"] = text.cell.cut(whole[0].start(), whole[0].end())
    text.take(whole[0].start(), whole[0].end())
    return True


def _take_before_code(text: Remainder, cells: dict[str, Cell], prose: bool) -> bool:
    """The number before a product, in a sentence; at the start of a row it could be the line's."""
    found = amounts.bare_quantities(text.left)
    if len(found) != 1 or not (prose or re.search(r"[^\W\d]{2}", text.left[: found[0].start])):
        return False
    cells["quantity"] = text.cell.cut(found[0].start, found[0].end)
    text.take(found[0].start, found[0].end)
    return True


def _units_left(text: str) -> bool:
    """Whether a word for a unit stands alone in what is left of a line whose quantity has none."""
    pieces = re.split(rf"\s{{2,}}|\t|\||{MASK}+", text)
    return any(unit_code(piece) for piece in pieces if piece.strip())


def take_bare_numbers(text: Remainder, cells: dict[str, Cell]) -> None:
    """A price and an amount without currency, when they stand alone behind the quantity."""
    if "price" in cells:
        return
    alone = [
        m
        for m in re.finditer(amounts.NUMBER, text.left)
        if stands_alone(text.left, m.start(), m.end())
        and _has_cents(m.group())
        and m.start() > cells["quantity"].offset - text.cell.offset
    ]
    if len(alone) in (1, 2):
        for name, match in zip(("price", "amount"), alone, strict=False):
            cells[name] = text.cell.cut(match.start(), match.end())
            text.take(match.start(), match.end())
        text.faults.append(("price_unlabelled", "a number that nothing marks as a price"))
