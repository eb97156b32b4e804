"""The normalised purchase order as a message, built from what was read and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import ValidationError

from adapters.email.grammar import numbers
from adapters.email.grammar.units import PIECE
from adapters.email.lines.header import Header
from adapters.email.lines.sheet import Sheet
from adapters.email.lines.valued import Valued
from adapters.email.mail.document import Cell
from adapters.email.mail.wire import name, passage
from hub.messages.customer_po import (
    Address,
    Characteristic,
    Customer,
    Line,
    Party,
    Product,
    ReadFrom,
    Reference,
    Source,
    SubmitCustomerPo,
    Terms,
    Totals,
    Unmapped,
)
from hub.partners import Partner

Purpose = Literal["original", "revision", "change", "copy"]
_FIELDS: Mapping[str, str] = {
    "part": "product.buyer_part",
    "seller_part": "product.seller_part",
    "gtin": "product.gtin",
    "manufacturer_part": "product.manufacturer_part",
    "description": "product.description",
    "price": "unit_price",
    "basis": "price_basis",
    "date": "requested_date",
    "note": "notes",
}
_PLACES = 5000
"""places kept per order at most"""


@dataclass(frozen=True, slots=True)
class Ordered:
    """Everything that the message is made of."""

    number: str
    purpose: Purpose
    currency: str | None
    due: date | None
    lines: Sequence[Valued]
    header: Header
    sheets: Sequence[Sheet]
    partner: Partner | None
    message_id: str


def message_of(order: Ordered) -> SubmitCustomerPo | None:
    """The command, as far as it is sure: a line without a sure quantity stands under ``unmapped``."""
    header, partner = order.header, order.partner
    read_from: list[ReadFrom] = []
    sure = [
        (index, line) for index, line in enumerate(order.lines, 1) if line.quantity is not None and line.quantity > 0
    ]
    total = next((amount for kind, amount, _ in header.sums if kind in ("total", "subtotal")), None)
    days = set(header.order_dates)
    try:
        built = [_line(line, index, order.due, n, read_from) for n, (index, line) in enumerate(sure)]
        read_from.extend(_read_from("po_number", named.place) for named in header.po_numbers[:1])
        return SubmitCustomerPo(
            po_number=order.number,
            purpose=order.purpose,
            currency=order.currency,
            order_date=days.pop().isoformat() if len(days) == 1 else None,
            requested_date=order.due.isoformat() if order.due else None,
            customer=Customer(id=partner.id if partner else None, name=name(partner.name) if partner else None),
            parties=_parties(header),
            references=_references(header),
            notes=_notes(order.sheets, header),
            terms=_terms(header),
            lines=built,
            totals=_totals(total, header.line_count),
            source=Source(
                channel="email",
                message_id=name(order.message_id),
                layouts=sorted({line.raw.learnt.number for line in order.lines if line.raw.learnt}),
                read_from=read_from[:_PLACES],
            ),
            unmapped=_unmapped(order.lines),
        )
    except ValidationError:
        return None


def _line(line: Valued, index: int, due: date | None, position: int, read_from: list[ReadFrom]) -> Line:
    for field, cell in line.raw.cells.items():
        read_from.append(_read_from(f"lines[{position}].{_FIELDS.get(field, field)}", cell))
    day = line.due or due
    return Line(
        line=line.line or str(index),
        product=Product(
            buyer_part=name(line.part),
            seller_part=name(line.seller_part),
            gtin=name(line.raw.text("gtin")),
            manufacturer_part=name(line.raw.text("manufacturer_part")),
            description=passage(line.description),
        ),
        quantity=numbers.short(line.quantity or Decimal(0)),
        unit=line.unit or PIECE,
        unit_price=numbers.plain(line.price) if line.price is not None else None,
        price_basis=numbers.short(line.basis),
        requested_date=day.isoformat() if day else None,
        characteristics=[
            Characteristic(name=trait, value=text) for trait, value in line.traits.items() if (text := passage(value))
        ],
        notes=[text for note in line.notes if (text := passage(note))],
    )


def _read_from(field: str, cell: Cell) -> ReadFrom:
    return ReadFrom(
        field=field,
        part=name(cell.part) or "mail",
        row=cell.row,
        offset=max(cell.offset, 0),
        text=passage(cell.text, 500),
    )


def _parties(header: Header) -> list[Party]:
    rows = [row for cell in header.ship_to if (row := name(cell.text))]
    return [Party(role="ship-to", address=Address(lines=rows))] if rows else []


def _references(header: Header) -> list[Reference]:
    pairs = ((name(kind), name(value)) for kind, value in header.references)
    return [Reference(kind=kind, value=value) for kind, value in pairs if kind and value]


def _terms(header: Header) -> Terms | None:
    payment, delivery = passage(header.payment), passage(header.delivery)
    return Terms(payment=payment, delivery=delivery) if payment or delivery else None


def _totals(total: Decimal | None, count: int | None) -> Totals | None:
    if total is None and not count:
        return None
    return Totals(lines=count, amount=numbers.plain(total) if total is not None else None)


def _notes(sheets: Iterable[Sheet], header: Header) -> list[str]:
    """What else the sender wrote, kept beside the order."""
    understood = {(cell.part, cell.row) for cell in header.understood}
    notes = []
    for sheet in sheets:
        rows = [cell.text.strip() for cell in sheet.rest if (cell.part, cell.row) not in understood]
        text = passage("\n".join(row for row in rows if row))
        if text:
            notes.append(text)
    return notes


def _unmapped(lines: Sequence[Valued]) -> list[Unmapped]:
    """Lines without a sure quantity, and cells under headings that nobody knows."""
    found = [
        (line.raw.place.where, "  ".join(cell.text for cell in line.raw.cells.values()))
        for line in lines
        if line.quantity is None or line.quantity <= 0
    ]
    found += [(f"{cell.where}, {title}", cell.text) for line in lines for title, cell in line.raw.extras]
    pairs = ((name(where) or "mail", passage(text)) for where, text in found)
    return [Unmapped(where=where, text=text) for where, text in pairs if text]
