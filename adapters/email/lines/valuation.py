"""From the cells of an order line to its values, under the customer's conventions: one reading each, or a finding."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from adapters.email.grammar import amounts, dates, numbers
from adapters.email.grammar.headings import TRAITS, Heading
from adapters.email.grammar.units import COUNTED, PIECE, currency_code, price_factor, unit_code
from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.lines.rawline import RawLine
from adapters.email.lines.valued import CENT, Fault, Setting, Valued, close
from adapters.email.mail.document import Cell

_PACKED = re.compile(
    r"\b(?:box|boxes|pack|packs|pkg|pkt|bag|bags|paket|packung|karton|kartons|beutel|bote|boites?|caja|cajas|doos|dozen|"
    r"ask|laatikko|scatola|opak|ve|vpe)\W{1,3}(?:of|a|zu|mit|de|di|von|met|med|po)?\s*\d"
)
"""a product that comes so many in a box"""
_MANGLED = re.compile(r"\d(?:[.,]\d+)?[eE][+-]?\d{2}")
"""what a workbook makes of a long number"""
_BEHIND, _AHEAD = timedelta(days=60), timedelta(days=5 * 365)
"""between these a delivery date is believed; one in the past is for the review to judge (R67)"""


@dataclass
class _Work:
    raw: RawLine
    setting: Setting
    faults: list[Fault] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    def fault(self, code: str, text: str, cell: Cell | None = None) -> None:
        place = cell or self.raw.place
        number = self.raw.text("line")
        self.faults.append(Fault(code, text, f"line {number}, {place.where}" if number else place.where))

    def number(self, text: str, name: str, cell: Cell) -> Decimal | None:
        """The one value of a number, or a fault."""
        if isinstance(cell.value, Decimal):
            return cell.value
        found = numbers.readings(text, self.setting.locales)
        if len(found) == 1:
            self.numbers.append(text)
            return next(iter(found))
        if found:
            self.fault(f"{name}_ambiguous", f"“{text}” is more than one number", cell)
        else:
            self.fault(f"{name}_unreadable", f"“{text}” is not a number as this customer writes them", cell)
        return None


def value_line(raw: RawLine, setting: Setting) -> Valued:
    """Read the cells of one line."""
    work = _Work(raw, setting)
    for code, text in raw.faults:
        work.fault(code, text)
    quantity, unit, written = _quantity(work)
    price, basis, currency = _price(work, unit)
    amount = _amount(work)
    due = _date(work)
    if raw.text("discount") and re.search(r"[1-9]", raw.text("discount")):
        work.fault("discount_stated", f"a discount of {raw.text('discount')} is stated", raw.cells["discount"])
    part, description = raw.text("part") or None, _one_line(raw.text("description")) or None
    for title, cell in raw.extras:
        if unit_code(cell.text) or re.search(r"\d", cell.text):
            told = "an answer that says it can teach it, or email.columns in the sender's profile"
            text = f"nobody knows what “{cell.text[:60]}” under “{title[:60]}” means; {told}"
            work.fault("column_unknown", text, cell)
    _remarks(work)
    if any(len(raw.text(name)) > 200 for name in ("part", "seller_part", "gtin")) or len(raw.text("line")) > 20:
        work.fault("value_too_long", "a product's or line's number is longer than any that is one")
    if part and (_MANGLED.fullmatch(part) or _is_day(part) or ":" in part or len(part) > 50 or len(part.split()) > 4):
        work.fault("product_odd", f"“{part[:60]}” does not look like a product's number", raw.cells["part"])
    if not (part or description or raw.text("seller_part") or raw.text("gtin") or raw.text("manufacturer_part")):
        work.fault("product_missing", "the line names no product")
    valued = Valued(
        raw,
        raw.text("line").rstrip(".) ") or None,
        part,
        raw.text("seller_part") or None,
        description,
        quantity,
        unit,
        written,
        price,
        basis,
        currency,
        amount,
        due,
        {TRAITS[name]: cell.text for name, cell in raw.cells.items() if name in TRAITS and cell.text},
        tuple(work.numbers),
        tuple(work.faults),
        tuple(filter(None, [_one_line(raw.text("note"))])),
    )
    return _checked(valued, work)


def _remarks(work: _Work) -> None:
    """A remark or a description that speaks of quantities, money or days may change what is ordered."""
    if not (work.raw.text("unit") or work.raw.headings.get("quantity", Heading("", "")).unit):
        bare = amounts.whole_quantity(work.raw.text("quantity"))
        if bare and not bare.unit and _PACKED.search(fold(work.raw.text("description"))):
            text = f"“{work.raw.text('description')[:100]}”: pieces or packs are not told apart"
            work.fault("unit_ambiguous", text, work.raw.cells.get("description"))
    for name in ("note", "description"):
        cell = work.raw.cells.get(name)
        text = cell.text if cell else ""
        goods = [found for found in amounts.quantities(text) if found.unit] if name == "note" else []
        money = [found for found in amounts.prices(text) if found.currency]
        if goods or money or [place for place in dates.find(text) if re.search(r"\d{4}", place.text)]:
            work.fault("remark_unclear", f"“{text[:100]}” may change what is ordered", cell)


def _is_day(part: str) -> bool:
    """Whether a product's number is rather a day: workbooks take some for one."""
    found = dates.find(part)
    return len(found) == 1 and found[0].text == part


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quantity(work: _Work) -> tuple[Decimal | None, str | None, bool]:
    cell = work.raw.cells.get("quantity")
    if cell is None:
        work.fault("quantity_missing", "the line has no quantity")
        return None, None, False
    found = amounts.whole_quantity(cell.text)
    value: Decimal | None
    if found is None:
        work.fault("quantity_unreadable", f"“{cell.text}” is not a quantity", cell)
        value = None
    elif isinstance(cell.value, Decimal):
        value = _as_shown(work, cell, found.number)
    else:
        value = work.number(found.number, "quantity", cell)
    unit_cell = work.raw.cells.get("unit")
    heading = work.raw.headings.get("quantity")
    words = [
        found.unit if found else "",
        unit_cell.text if unit_cell else "",
        heading.unit if heading else "",
    ]
    codes = [(word, unit_code(word)) for word in words if word.strip()]
    if any(code is None for _, code in codes):
        word = next(word for word, code in codes if code is None)
        work.fault("unit_unknown", f"“{word.strip()}” is not a unit that the hub knows", unit_cell or cell)
        return value, None, True
    units = {code for _, code in codes}
    if len(units) > 1:
        work.fault("unit_ambiguous", "two units are stated: " + ", ".join(word.strip() for word, _ in codes), cell)
        return value, None, True
    learnt = work.raw.learnt
    unit = units.pop() if units else learnt.layout.unit if learnt else None
    if value is not None and value <= 0:
        work.fault("quantity_not_positive", f"the quantity is {value}", cell)
    return value, unit, bool(codes)


def _as_shown(work: _Work, cell: Cell, shown: str) -> Decimal | None:
    """The number that a cell holds, where that is the one which it shows."""
    if isinstance(cell.value, Decimal) and Decimal(shown) != cell.value:
        work.fault("cell_rounded", f"the cell shows {shown}, and holds {cell.value}", cell)
    return cell.value if isinstance(cell.value, Decimal) else None


def _price(work: _Work, unit: str | None) -> tuple[Decimal | None, Decimal, str | None]:
    cell = work.raw.cells.get("price")
    one = Decimal(1)
    if cell is None:
        work.fault("price_missing", "the line has no price")
        return None, one, None
    heading = work.raw.headings.get("price")
    found = amounts.whole_price(cell.text)
    if found is None:
        work.fault("price_unreadable", f"“{cell.text}” is not a price", cell)
        return None, one, None
    shown = isinstance(cell.value, Decimal)
    price = _as_shown(work, cell, found.number) if shown else work.number(found.number, "price", cell)
    if price is not None and price <= 0:
        work.fault("price_not_positive", f"the price is {price}", cell)
    basis = _basis(work, cell, found, heading.basis if heading else "")
    price_unit = unit_code(found.unit) if found.unit else (heading.unit if heading and heading.unit else None)
    if found.unit == "M" and (unit or PIECE) == PIECE and _american(work):
        price_unit, basis = None, basis * 1000
    if price_unit and price_unit != (unit or PIECE):
        factor = price_factor(price_unit, unit or PIECE)
        if factor is None:
            work.fault("price_unit_differs", f"the price is per {price_unit}, the quantity in {unit or PIECE}", cell)
        else:
            basis *= factor
    return price, basis, _currency(work, found, heading.currency if heading else "")


def _american(work: _Work) -> bool:
    """Whether ``/M`` behind a price of pieces is "per thousand"."""
    return all(locale.tag in ("en-US", "en-CA") for locale in work.setting.locales)


def _basis(work: _Work, cell: Cell, found: amounts.Price | None, headed: str) -> Decimal:
    stated = [text for text in (found.basis if found else "", headed, work.raw.text("basis")) if text]
    values: set[Decimal] = set()
    for text in stated:
        bare = re.sub(r"[^\d.,' ]", "", text).strip()
        values |= numbers.readings(bare, work.setting.locales) if bare else {Decimal(1)}
    if len(values) > 1 or (stated and not values) or any(value <= 0 for value in values):
        work.fault(
            "price_basis_ambiguous",
            "how many units the price is for is not certain: " + ", ".join(stated),
            cell,
        )
        return Decimal(1)
    learnt = work.raw.learnt
    usual = Decimal(learnt.layout.price_basis or 1) if learnt else Decimal(1)
    return values.pop() if values else usual


def _currency(work: _Work, found: amounts.Price | None, headed: str) -> str | None:
    written = [text for text in (found.currency if found else "", headed, work.raw.text("currency")) if text]
    codes = {currency_code(text, work.setting.home_currency) for text in written}
    if None in codes:
        work.fault("currency_unknown", f"“{written[0]}” does not say which currency")
        codes.discard(None)
    if len(codes) > 1:
        work.fault("currency_conflict", "two currencies are stated: " + ", ".join(written))
    return next(iter(codes)) if len(codes) == 1 else None


def _amount(work: _Work) -> Decimal | None:
    cell = work.raw.cells.get("amount")
    if cell is None or cell.text.startswith("="):
        return None
    if isinstance(cell.value, Decimal):
        return cell.value
    found = amounts.whole_price(cell.text)
    if found is None:
        work.fault("amount_unreadable", f"“{cell.text}” is not an amount", cell)
        return None
    return work.number(found.number, "amount", cell)


def _date(work: _Work) -> date | None:
    cell = work.raw.cells.get("date")
    if cell is None:
        return None
    if isinstance(cell.value, date):
        return _plausible(work, cell.value, cell)
    places = dates.find(cell.text)
    text = places[0].text if len(places) == 1 and _leads_only(cell.text, places[0]) else cell.text
    found = dates.readings(text, work.setting.locales, work.setting.today)
    found = frozenset(day for day in found if _on_weekday(cell.text.replace(text, " "), day))
    if len(found) == 1:
        return _plausible(work, next(iter(found)), cell)
    kind = "date_ambiguous" if found else "date_unreadable"
    work.fault(
        kind,
        f"“{cell.text}” is " + ("more than one date" if found else "not a date as this customer writes them"),
        cell,
    )
    return None


def _plausible(work: _Work, day: date, cell: Cell) -> date:
    today = work.setting.today
    if today and not today - _BEHIND <= day <= today + _AHEAD:
        work.fault("date_implausible", f"“{cell.text}” is {day.isoformat()}", cell)
    return day


def _on_weekday(around: str, day: date) -> bool:
    """Whether every weekday that is named beside a date is its own."""
    named = vocabulary().weekdays
    return all(named.get(word, day.weekday()) == day.weekday() for word in re.findall(r"[^\W\d_]+", fold(around)))


def _leads_only(text: str, place: dates.Found) -> bool:
    """Whether nothing but a word or two stands around the date, and none that makes it another day."""
    around = text[: place.start] + " " + text[place.end :]
    return not vocabulary().says("not_the_day", around) and not re.search(r"\d", around) and len(around.split()) <= 4


def _checked(valued: Valued, work: _Work) -> Valued:
    unit = valued.unit or PIECE
    if valued.quantity is not None and unit in COUNTED and valued.quantity != valued.quantity.to_integral_value():
        work.fault(
            "quantity_fraction",
            f"{valued.quantity.normalize()} of something that is counted",
            work.raw.cells.get("quantity"),
        )
    worth = valued.value
    if valued.amount is not None and worth is not None and not close(worth, valued.amount):
        work.fault(
            "amount_differs",
            f"quantity times price is {worth.quantize(CENT)}, not {valued.amount}",
            work.raw.cells.get("amount"),
        )
    faults = list(work.faults)
    if valued.quantity == 1 or (valued.amount is not None and worth is not None and close(worth, valued.amount)):
        faults = [fault for fault in faults if fault.code != "price_unlabelled"]
    return replace(valued, faults=tuple(faults))
