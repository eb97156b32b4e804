"""Values as people read them, in the customer's language: dates, quantities, money, and the tables of a mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, TypeAlias

Data: TypeAlias = Mapping[str, Any]
Table: TypeAlias = tuple[tuple[str, ...], ...]
"""rows of texts, the headings first"""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """How values are written in one language, with its words; times of day as they are in one zone, ours."""

    words: Data
    zone: tzinfo | None

    def word(self, name: str) -> str:
        """A word of the language."""
        return str(self.words.get(name, name))

    def day(self, value: Any) -> str:
        """A date; nothing for none."""
        return date.fromisoformat(str(value)[:10]).strftime(self.word("dates")) if value else ""

    def instant(self, value: Any) -> str:
        """A date with its time of day and zone."""
        moment = datetime.fromisoformat(str(value)).astimezone(self.zone)
        return f"{moment.strftime(self.word('dates'))} {moment.strftime('%H:%M')} {moment.tzname() or ''}".strip()

    def number(self, value: Any) -> str:
        """A decimal without group marks, which could be misread."""
        return str(value).replace(".", self.word("decimal"))

    def quantity(self, value: Any, unit: Any) -> str:
        """A quantity with its unit; nothing for none."""
        units = self.words.get("units", {})
        return f"{self.number(value)} {units.get(unit, unit or '')}".strip() if value is not None else ""

    def money(self, penalty: Any) -> str:
        """An amount with its currency; nothing for none."""
        return f"{self.number(penalty['amount'])} {penalty['currency']}" if penalty else ""

    def price(self, line: Data, currency: str) -> str:
        """A line's price, with what it is for where that is not one unit."""
        if line.get("unit_price") is None:
            return ""
        basis = str(line.get("price_basis", "1"))
        per = "" if basis == "1" else f" {self.word('per')} {self.quantity(basis, line.get('unit'))}"
        return f"{self.number(line['unit_price'])} {currency}".strip() + per

    def product(self, line: Data) -> str:
        """A line's product: its number and its description."""
        product = line.get("product") or {}
        number = product.get("buyer_part") or product.get("seller_part") or product.get("gtin") or ""
        return " – ".join(text for text in (number, product.get("description") or "") if text)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """The table without the columns that hold nothing."""
    filled = [tuple(row) for row in rows]
    kept = [n for n in range(len(headings)) if any(row[n] for row in filled)]
    return tuple(tuple(row[n] for n in kept) for row in [tuple(headings), *filled]) if filled and kept else ()


def order_line(say: Phrasing, line: Data, currency: str, day: Any) -> tuple[str, ...]:
    """A row of a table of order lines: its number, product, quantity, price, and a date."""
    return (
        str(line.get("line") or ""),
        say.product(line),
        say.quantity(line.get("quantity"), line.get("unit")),
        say.price(line, currency),
        say.day(day),
    )


def _items(say: Phrasing, data: Data, currency: str) -> Table:
    headings = [say.word(name) for name in ("line", "product", "quantity", "price", "requested")]
    po = data.get("po") or {}
    days = ((line, line.get("requested_date") or po.get("requested_date")) for line in po.get("lines") or [])
    return table(headings, [order_line(say, line, currency, day) for line, day in days])


def _confirmed(say: Phrasing, data: Data, currency: str) -> Table:
    headings = [say.word(name) for name in ("line", "product", "quantity", "price", "confirmed")]
    dates = {entry["line"]: entry.get("confirmed") for entry in data.get("dates") or []}
    days = ((line, dates.get(line["line"]) or line.get("requested_date")) for line in data.get("lines") or [])
    return table(headings, [order_line(say, line, currency, day) for line, day in days])


def _proposals(say: Phrasing, data: Data, currency: str) -> Table:
    headings = [say.word(name) for name in ("line", "proposed_date", "proposed_quantity", "proposed_price", "remark")]
    return table(
        headings,
        [
            (
                entry["line"],
                say.day(entry.get("requested_date")),
                say.quantity(entry.get("quantity"), ""),
                f"{say.number(entry['unit_price'])} {currency}".strip() if entry.get("unit_price") else "",
                entry.get("text") or "",
            )
            for entry in data.get("proposals") or []
        ],
    )


def _changes(say: Phrasing, data: Data, currency: str) -> Table:
    headings = [say.word(name) for name in ("line", "action", "product", "quantity", "price", "date")]
    rows = []
    for entry in data.get("lines") or []:
        line = entry.get("after") or entry.get("before") or {}
        rows.append(
            (
                entry["line"],
                say.word(entry["action"]),
                say.product(line),
                say.quantity(line.get("quantity"), line.get("unit")),
                say.price(line, currency),
                say.day(line.get("requested_date")),
            )
        )
    return table(headings, rows)


def _shipped(say: Phrasing, data: Data, currency: str) -> Table:
    headings = [say.word(name) for name in ("line", "product", "quantity")]
    return table(
        headings,
        [
            (
                item["line"],
                say.product(item.get("item") or {}),
                say.quantity(item.get("quantity"), item.get("unit")),
            )
            for item in data.get("items") or []
        ],
    )


def _materials(say: Phrasing, data: Data, currency: str) -> Table:
    headings = [say.word(name) for name in ("line", "material", "quantity", "price", "date")]
    return table(
        headings,
        [
            (
                line["line"],
                " – ".join(text for text in (line.get("material"), line.get("description")) if text),
                say.quantity(line.get("quantity"), line.get("unit")),
                say.price(line, currency),
                say.day(line.get("promised_date") or line.get("requested_date")),
            )
            for line in data.get("lines") or []
        ],
    )


TABLES: Mapping[str, Callable[[Phrasing, Data, str], Table]] = {
    "items": _items,
    "confirmed": _confirmed,
    "proposals": _proposals,
    "changes": _changes,
    "shipped": _shipped,
    "materials": _materials,
}
