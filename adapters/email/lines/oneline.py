"""One order line in one line of text: a row without headings, a bullet, a sentence.

A line counts when its quantity, price, date and product each stand out in exactly one way; what could be read in
two ways is marked, and the order goes to a person.
"""

from __future__ import annotations

import re
from functools import cache

from adapters.email.grammar import amounts, dates
from adapters.email.grammar.units import unit_code
from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary
from adapters.email.lines.header import find_po_numbers
from adapters.email.lines.rawline import RawLine
from adapters.email.mail.document import Cell

BULLET = re.compile(r"^\s*(?:[-*•·–+>]|o|\(?[a-z]\))\s+")
_CODE = re.compile(
    r"(?<![\w./+#-])(?=[\w./+#-]*\d)(?=[\w./+#-]*[A-Za-z])[A-Za-z0-9][\w]*(?:[-/._+][\w]+)*(?![\w])|(?<![\w./,-])\d{5,12}(?![\w./,-])"
)
_NO_CODE = re.compile(
    r"^(?:[a-z]?\d+(?:[.,]\d+)?(?:x\d+(?:[.,]\d+)?)+(?:mm|cm|m)?|\d+(?:[.,]\d+)?(?:mm|cm|m|kg|g|in|ft|ga|lb|t|pcs?|ea|st|stk|ud|uds|kpl)|"
    r"s\d{3}[a-z0-9+]*|ral-?\d{4}|m\d{1,2}(?:x\d+)?|a\d{2,3}|en-?\d*|din-?\d*|iso-?\d*|\d{4}-t\d+|\d\.\d{4}|h\d{3,4}|rev\.?\w?\d?|hrc\d*|ip\d\d|"
    r"(?:i|h|u|l)p?[eabnpr]*\d{2,4}|\d+-\d+ph|t\d+|x\d+cr\w+|cl?\d+(?:\.\d)?)$"
)
_SEPARATOR = re.compile(r"^[\s,;.:=|()/–-]+|[\s,;:=|(/–-]+$")
_OR = re.compile(r"\s*(?:or|oder|ou|o|of|eller|tai|bzw\.?|resp\.?|/)\s*")
_MASK = "\x00"
_JOINTS = frozenset(
    {
        "of",
        "and",
        "und",
        "et",
        "y",
        "och",
        "en",
        "ja",
        "de",
        "d'",
        "du",
        "des",
        "von",
        "vom",
        "an",
        "at",
        "zu",
        "the",
        "a",
        "in",
        "on",
        "per",
        "je",
        "and,",
        "our",
        "your",
        "x",
        "with",
        "mit",
        "for",
        "fur",
        "pour",
        "para",
        "av",
        "van",
        "voor",
        "til",
        "till",
        "sowie",
        "plus",
        "both",
        "beide",
        "por",
        "con",
        "i",
    }
)


def is_standard(code: str) -> bool:
    """Whether a folded word is a standard, a grade or a size, and no product's number."""
    return bool(_NO_CODE.match(code))


class _Text:
    """A line being taken apart: what is understood is masked out of it."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.left = cell.text
        self.faults: list[tuple[str, str]] = []

    def take(self, start: int, end: int) -> Cell:
        """Take these characters out of the line."""
        self.left = self.left[:start] + _MASK * (end - start) + self.left[end:]
        return self.cell.cut(start, end)


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


@cache
def _price_words() -> re.Pattern[str]:
    return re.compile(
        bounded(alternatives([w for w in vocabulary().phrases["price_lead"] if w.isalnum() and len(w) > 2]))
        + r"\s*[:.]?\s*$"
    )


def _led_by(pattern: re.Pattern[str], text: str, start: int) -> int | None:
    """Where the words begin that lead to a place in the text, if such words do."""
    near = max(0, start - 60)
    match = pattern.search(fold(text[near:start]))
    return None if match is None else near + match.start()


def read_line(cell: Cell, prose: bool = False) -> RawLine | None:
    """The order line in one line of text, or nothing when it is none; ``prose``: it is a piece of a sentence."""
    if not re.search(r"\d", cell.text):
        return None
    text = _Text(cell)
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
    _take_prices(text, cells)
    quantity = _take_quantity(text, cells, prose)
    if not quantity:
        return None
    _take_bare_numbers(text, cells)
    _take_product(text, cells)
    priced = "price" in cells
    if not (priced or ("part" in cells and ("date" in cells or bullet or "line" in cells))):
        return None
    return RawLine(cells, {}, (), tuple(text.faults), "line")


def _closes(text: str) -> bool:
    """Whether a line begins with a word for a sum."""
    kinds = ("total", "subtotal", "gross", "tax", "total_quantity", "count_lines")
    return any(vocabulary().patterns[kind].match(fold(text).strip()) for kind in kinds)


def _take_position(text: _Text, cells: dict[str, Cell], bulleted: bool) -> None:
    start = len(text.left) - len(text.left.lstrip(_MASK + " "))
    match = _position().match(fold(text.left[start:]))
    if match is None:
        return
    name = next(name for name in "abc" if match[name])
    at, end = start + match.start(name), start + match.end(name)
    if name == "c" and bulleted:
        return
    cells["line"] = text.cell.cut(at, end)
    text.take(start, start + match.end())


def _take_dates(text: _Text, cells: dict[str, Cell]) -> None:
    for week in dates.find_weeks(text.left):
        text.faults.append(("date_unreadable", f"{week.text.strip()} is a week, not a day"))
    found = [place for place in dates.find(text.left) if not _is_number(text.left, place)]
    if len(found) > 1:
        led = [place for place in found if _led_by(_date_lead(), text.left, place.start) is not None]
        found = led if len(led) == 1 else found
    if len(found) > 1:
        text.faults.append(("date_ambiguous", "more than one date in the line"))
    for place in found:
        lead = _led_by(_date_lead(), text.left, place.start)
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
    return bool(bare) and _led_by(_date_lead(), text, place.start) is None


def _take_prices(text: _Text, cells: dict[str, Cell]) -> None:
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


def _priced(text: _Text, price: amounts.Price) -> Cell:
    after = fold(text.left[price.end :])
    if _per().match(after) or re.match(r"\s*(?:hundred|thousand|dozen|hundert|tausend|dutzend|cent|mille)\b", after):
        text.faults.append(("price_basis_unknown", "what the price is for is not a unit that the hub knows"))
    lead = _led_by(_price_words(), text.left, price.start)
    cell = text.cell.cut(price.start, price.end)
    text.take(price.start if lead is None else lead, price.end)
    return cell


def _take_quantity(text: _Text, cells: dict[str, Cell], prose: bool) -> bool:
    found = amounts.quantities(text.left)
    if len(found) > 1:
        standing = [place for place in found if place.led or _stands_alone(text.left, place.start, place.end)]
        found = standing or found
        if len(found) > 1:
            first = [place for place in found if not text.left[: place.start].strip(_MASK + " ")]
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
    text = fold(before).replace(_MASK, "\n")
    words = alternatives(vocabulary().phrases["vague"])
    return bool(_MORE.search(text) or re.search(rf"(?<![^\W_])(?:{words})[\s.:]*$", text))


def _take_bare_quantity(text: _Text, cells: dict[str, Cell], prose: bool) -> bool:
    """A quantity without unit, in a line with a price: a whole number that stands alone, or before a product."""
    alone = [m for m in re.finditer(amounts.NUMBER, text.left) if _stands_alone(text.left, m.start(), m.end())]
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


def _take_before_code(text: _Text, cells: dict[str, Cell], prose: bool) -> bool:
    """The number before a product, in a sentence; at the start of a row it could be the line's."""
    found = amounts.bare_quantities(text.left)
    if len(found) != 1 or not (prose or re.search(r"[^\W\d]{2}", text.left[: found[0].start])):
        return False
    cells["quantity"] = text.cell.cut(found[0].start, found[0].end)
    text.take(found[0].start, found[0].end)
    return True


def _units_left(text: str) -> bool:
    """Whether a word for a unit stands alone in what is left of a line whose quantity has none."""
    pieces = re.split(rf"\s{{2,}}|\t|\||{_MASK}+", text)
    return any(unit_code(piece) for piece in pieces if piece.strip())


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a piece is set off by wide gaps, or by what is already understood, on both its sides."""
    before, after = text[:start], text[end:]
    left = not before.strip(_MASK + " ") or re.search(rf"(?:\s\s|[\t|{_MASK}]\s*|[;,] )$", before)
    right = not after.strip(_MASK + " ") or re.match(rf"\s\s|\s*[\t|{_MASK}]", after)
    return bool(left and right)


def _take_bare_numbers(text: _Text, cells: dict[str, Cell]) -> None:
    """A price and an amount without currency, when they stand alone behind the quantity."""
    if "price" in cells:
        return
    alone = [
        m
        for m in re.finditer(amounts.NUMBER, text.left)
        if _stands_alone(text.left, m.start(), m.end())
        and _has_cents(m.group())
        and m.start() > cells["quantity"].offset - text.cell.offset
    ]
    if len(alone) in (1, 2):
        for name, match in zip(("price", "amount"), alone, strict=False):
            cells[name] = text.cell.cut(match.start(), match.end())
            text.take(match.start(), match.end())
        text.faults.append(("price_unlabelled", "a number that nothing marks as a price"))


def _take_product(text: _Text, cells: dict[str, Cell]) -> None:
    codes = [m for m in _CODE.finditer(text.left) if not _NO_CODE.match(fold(m.group()))]
    hyphened = [m for m in codes if re.search(r"[-/_.]", m.group())]
    alone = [m for m in codes if _stands_alone(text.left, m.start(), m.end())]
    chosen = None
    for candidates in (alone, codes, hyphened):
        if len(candidates) == 1:
            chosen = candidates[0]
            break
    if chosen is None and codes:
        leading = [m for m in codes if not text.left[: m.start()].strip(_MASK + " .,;:|()-")]
        chosen = (leading or hyphened or codes)[0]
        if not leading:
            text.faults.append(("product_ambiguous", "several words could be the product's number"))
    if chosen is not None and any(_OR.fullmatch(fold(text.left[chosen.end() : m.start()])) for m in codes):
        text.faults.append(("product_ambiguous", "one product or another is ordered"))
    if chosen is not None:
        cells["part"] = text.cell.cut(chosen.start(), chosen.end())
        text.take(chosen.start(), chosen.end())
    for other in re.finditer(amounts.NUMBER, text.left):
        if _stands_alone(text.left, other.start(), other.end()):
            text.faults.append(("quantity_ambiguous", f"nothing says what “{other.group()}” is"))
    if chosen is not None and cells["quantity"].offset < cells["part"].offset:
        _skip_opening(text, cells["quantity"].offset - text.cell.offset)
    words = [_bare(piece) for piece in re.split(_MASK + "+", text.left)]
    kept = [word for word in words if re.search(r"\w{2}", word)]
    description = " ".join(" ".join(word.split()) for word in kept).strip(" ,;")
    if description:
        cells["description"] = text.cell.with_text(description)


def _skip_opening(text: _Text, quantity: int) -> None:
    """Leave out what opens a sentence before its quantity: "Please send us"."""
    opening = text.left[:quantity]
    words = opening.replace(_MASK, " ")
    if opening.endswith((" ", _MASK)) and not opening.endswith("  ") and not re.search(r"\d|\s{2}\S", words.strip()):
        text.left = _MASK * quantity + text.left[quantity:]


def _bare(piece: str) -> str:
    """A piece of description without the small words that only joined it to the rest."""
    words = _SEPARATOR.sub("", piece).strip().split()
    while words and fold(words[0]).strip(".,;:") in _JOINTS:
        words.pop(0)
    while words and fold(words[-1]).strip(".,;:") in _JOINTS:
        words.pop()
    return " ".join(words)
