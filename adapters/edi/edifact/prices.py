"""What an EDIFACT order line costs: PRI, MOA, ALC and CUX of the line."""

from __future__ import annotations

from typing import Any

from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.order_codes import PRICES
from adapters.edi.mapping import put
from adapters.edi.units import PIECES, from_edifact

Line = dict[str, Any]


def take_price(fields: Fields, line: Line, position: int, pri: Segment) -> None:
    """The price of a line; of several the plainest."""
    qualifier = at(pri, 1)
    value = fields.amount(position, pri, 1, 2)
    basis = fields.decimal(position, pri, 1, 5)
    rank = PRICES.get(qualifier, 99)
    if value is None:
        fields.keep(position, pri)
    elif rank < line.get("_price", 99):
        if "unit_price" in line:
            fields.keep_text(position, "PRI", f"price {line['unit_price']}")
        line["_price"], line["unit_price"] = rank, value
        line["price_basis"] = basis if basis and basis.strip("0.") else "1"
        line["_priced"] = (position, at(pri, 1, 6)) if len(pri[1]) > 5 else None
        if at(pri, 1, 4):
            fields.keep(position, pri, "price")
    else:
        fields.keep(position, pri)


def check_price(fields: Fields, line: Line) -> None:
    """A price that is for another unit than the quantity is in is kept, and not used."""
    position, said = line.pop("_priced", None) or (0, "")
    unit = from_edifact(said) if said else ""
    if not unit or "unit" not in line or unit == line["unit"] or PIECES.issuperset((unit, line["unit"])):
        return
    fields.document.fault("price_unit_differs", position, 1, 6, found=said, expected=line["unit"])
    fields.keep_text(position, "PRI", f"price {line.pop('unit_price')} for {line.pop('price_basis')} {said}")


def take_amount(fields: Fields, line: Line, position: int, moa: Segment) -> None:
    """What the line comes to, as stated."""
    if at(moa, 1) == "203" and line.get("_group") in (None, "PRI"):
        put(line, "_amount", fields.amount(position, moa, 1, 2))
    fields.keep(position, moa)


def take_charge(fields: Fields, line: Line, position: int, alc: Segment) -> None:
    """An allowance or a charge, which may be in the amount."""
    line["_charged"] = True
    fields.keep(position, alc)


def take_currency(fields: Fields, line: Line, position: int, cux: Segment) -> None:
    """A currency of the line's own."""
    put(line, "_currency", fields.currency(position, cux, 1, 2))
    fields.keep(position, cux)
